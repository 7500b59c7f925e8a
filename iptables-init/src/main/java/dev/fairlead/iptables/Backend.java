package dev.fairlead.iptables;

/** Which iptables is called. The rules are the same text for both. */
public enum Backend {
    /** Whatever the plain names lead to: what {@code iptables -V} says. */
    AUTO(""),
    NFT("-nft"),
    LEGACY("-legacy");

    private final String infix;

    Backend(String infix) {
        this.infix = infix;
    }

    /** The tool's name, as {@code ip6tables-legacy-save}. */
    public String tool(IpFamily family, String what) {
        return family.tool() + infix + "-" + what;
    }

    /** By its name in settings: auto, nft or legacy. */
    public static Backend parse(String text) {
        return switch (text) {
            case "auto" -> AUTO;
            case "nft" -> NFT;
            case "legacy" -> LEGACY;
            default ->
                    throw new IllegalArgumentException(
                            "iptables back end \"" + text + "\" is not auto, nft or legacy");
        };
    }
}
