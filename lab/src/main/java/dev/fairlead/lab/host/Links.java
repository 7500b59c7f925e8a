package dev.fairlead.lab.host;

import java.io.IOException;
import java.util.List;

/**
 * Namespaces of nodes and pods, and the routed veth pairs between them. The fabric is the daemon's
 * own network namespace and has no way out. Each step is one shell script.
 */
public final class Links {

    private Links() {}

    /** Makes the fabric ready and {@code nodes} of them, {@code node-1} first. */
    public static void createNodes(List<String> nodes) throws IOException {
        StringBuilder script = new StringBuilder();
        script.append("ip -batch - <<.\n")
                .append("link set lo up\n")
                .append("addr add " + Addresses.FABRIC + "/32 dev lo\n")
                .append("addr add " + Addresses.CONTROL_PLANE + "/32 dev lo\n");
        for (int i = 1; i <= nodes.size(); i++) {
            String node = nodes.get(i - 1);
            script.append("netns add " + node + "\n")
                    .append("link add " + node + " type veth peer name eth0 netns " + node + "\n")
                    .append("link set " + node + " up\n")
                    .append("route add " + Addresses.pods(i))
                    .append(" via " + Addresses.node(i) + " dev " + node + " onlink")
                    .append(" src " + Addresses.CONTROL_PLANE + "\n");
        }
        // Service addresses are translated by a node: any will do for who is outside.
        script.append("route add " + Addresses.SERVICES)
                .append(" via " + Addresses.node(1) + " dev " + nodes.get(0) + " onlink")
                .append(" src " + Addresses.CONTROL_PLANE + "\n.\n");
        script.append("echo 1 > /proc/sys/net/ipv4/ip_forward\n");
        for (int i = 1; i <= nodes.size(); i++) {
            String node = nodes.get(i - 1);
            script.append("ip -n " + node + " -batch - <<.\n")
                    .append("link set lo up\n")
                    .append("addr add " + Addresses.node(i) + "/32 dev eth0\n")
                    .append("link set eth0 up\n")
                    .append("route add default via " + Addresses.FABRIC)
                    .append(" dev eth0 onlink src " + Addresses.node(i) + "\n")
                    .append("route add blackhole " + Addresses.pods(i) + "\n.\n")
                    .append("ip netns exec " + node + " sh -ec '")
                    .append("cd /proc/sys/net/ipv4; echo 1 > ip_forward;")
                    .append(" echo 1 > conf/default/rp_filter; echo 1 > conf/all/rp_filter'\n");
        }
        Shell.script(script.toString());
    }

    /** Makes {@code pod} with {@code address}, linked to {@code node}. */
    public static void createPod(NetworkNamespace pod, String node, String address, String gateway)
            throws IOException {
        String name = pod.name();
        Shell.script(
                "ip netns add "
                        + name
                        + "\n"
                        + "ip link add "
                        + name
                        + " netns "
                        + node
                        + " type veth peer name eth0 netns "
                        + name
                        + "\n"
                        + "ip -n "
                        + node
                        + " -batch - <<.\n"
                        + "link set "
                        + name
                        + " up\n"
                        + "route add "
                        + address
                        + "/32 dev "
                        + name
                        + " src "
                        + gateway
                        + "\n.\n"
                        + "ip -n "
                        + name
                        + " -batch - <<.\n"
                        + "link set lo up\n"
                        + "addr add "
                        + address
                        + "/32 dev eth0\n"
                        + "link set eth0 up\n"
                        + "route add default via "
                        + gateway
                        + " dev eth0 onlink\n.\n");
    }

    /** Removes {@code pod}; its link goes with it. */
    public static void deletePod(NetworkNamespace pod, String node) throws IOException {
        Shell.script(
                "ip -n "
                        + node
                        + " link delete "
                        + pod.name()
                        + " || true\n"
                        + "ip netns delete "
                        + pod.name()
                        + "\n");
    }
}
