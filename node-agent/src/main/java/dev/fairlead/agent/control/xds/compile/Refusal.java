package dev.fairlead.agent.control.xds.compile;

/** Ends the compilation of one resource; {@link ResourceCompiler} turns it into a value. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final String reason;

    Refusal(String path, String reason) {
        super(path + ": " + reason, null, false, false); // no stack: the path says where
        this.path = path;
        this.reason = reason;
    }

    String path() {
        return path;
    }

    String reason() {
        return reason;
    }
}
