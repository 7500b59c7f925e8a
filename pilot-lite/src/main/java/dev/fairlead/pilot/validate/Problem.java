package dev.fairlead.pilot.validate;

/** What is wrong, and where: {@code spec.http[0].fault: not supported yet}. */
public record Problem(String field, String reason) {

    public static final String NOT_SUPPORTED = "not supported yet";
    static final String UNKNOWN = "unknown field";

    @Override
    public String toString() {
        return field.isEmpty() ? reason : field + ": " + reason;
    }
}
