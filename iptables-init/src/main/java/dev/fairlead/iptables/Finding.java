package dev.fairlead.iptables;

/** One difference between what should be in a namespace and what is there. */
public record Finding(Kind kind, IpFamily family, String what) {

    /** What is wrong with it. */
    public enum Kind {
        MISSING,
        /** In a place of ours, but not ours. */
        FOREIGN,
        /** All there, but not in our order. */
        DISORDERED
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + family.tool() + " " + what;
    }
}
