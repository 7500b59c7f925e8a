package dev.fairlead.agent.control.xds.compile;

/** What became of one resource. */
public sealed interface Outcome<T> {

    /** It is in the profile, and this is what it means. */
    record Compiled<T>(T value, References references) implements Outcome<T> {}

    /**
     * It is not.
     *
     * @param path of the field at fault; empty: the resource as a whole
     */
    record Refused<T>(String path, String reason) implements Outcome<T> {

        /** {@code <path>: <reason>} */
        public String message() {
            return path.isEmpty() ? reason : path + ": " + reason;
        }
    }
}
