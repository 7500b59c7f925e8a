package dev.fairlead.lab.host;

/** The lab's address plan, from the benchmarking range 198.18.0.0/15. */
public final class Addresses {

    /** The fabric's side of every link to a node. */
    public static final String FABRIC = "198.18.0.1";

    /** pilot-lite, ca and the name service. */
    public static final String CONTROL_PLANE = "198.18.0.2";

    /** Virtual addresses of Services. */
    public static final String SERVICES = "198.19.0.0/16";

    private Addresses() {}

    /** The address of node {@code number}, counted from 1. */
    public static String node(int number) {
        return "198.18." + number + ".1";
    }

    /** The pods of node {@code number}, its own address among them. */
    public static String pods(int number) {
        return "198.18." + number + ".0/24";
    }
}
