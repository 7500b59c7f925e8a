package dev.fairlead.lab.cluster.pods;

/**
 * Why a pod cannot be started as things are: an object that it refers to is missing, or its image
 * is unknown. Thrown inside this package, answered as {@link Launches.NotYet} or {@link
 * Launches.Refused}.
 */
final class Unresolved extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean forGood;

    private Unresolved(String message, boolean forGood) {
        super(message);
        this.forGood = forGood;
    }

    /** Another object may still come. */
    static Unresolved missing(String message) {
        return new Unresolved(message, false);
    }

    /** Only a change of the pod itself helps. */
    static Unresolved wrong(String message) {
        return new Unresolved(message, true);
    }

    boolean forGood() {
        return forGood;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
