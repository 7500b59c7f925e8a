package dev.fairlead.iptables;

/** IPv4 or IPv6, and what the two call the same things. */
public enum IpFamily {
    V4("iptables", "-4", "0.0.0.0", "169.254.0.0/16", "169.254.7.127"),
    /** The probe source is ambient's, so that network policies written for it hold here too. */
    V6("ip6tables", "-6", "::", "fe80::/10", "fd16:9254:7127:1337:ffff:ffff:ffff:ffff");

    private final String tool;
    private final String ipFlag;
    private final String any;
    private final String linkLocal;
    private final String probeSource;

    IpFamily(String tool, String ipFlag, String any, String linkLocal, String probeSource) {
        this.tool = tool;
        this.ipFlag = ipFlag;
        this.any = any;
        this.linkLocal = linkLocal;
        this.probeSource = probeSource;
    }

    /** First part of the tools' names: {@code iptables} in {@code iptables-save}. */
    public String tool() {
        return tool;
    }

    /** The flag by which {@code ip} is told the family. */
    public String ipFlag() {
        return ipFlag;
    }

    /** The unspecified address. */
    public String any() {
        return any;
    }

    /** The link-local block, which is never captured. */
    public String linkLocal() {
        return linkLocal;
    }

    /** The source address of the node's own connections to its pods. */
    public String probeSource() {
        return probeSource;
    }
}
