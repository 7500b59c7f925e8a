package dev.fairlead.agent.model.cluster;

/** A name that a certificate must have; one of several is enough. */
public record SubjectAltName(Kind kind, String value) {

    /** Of X.509's GeneralName. */
    public enum Kind {
        /** A certificate's own may have {@code *} as its first label. */
        DNS,
        URI,
        EMAIL,
        IP_ADDRESS
    }
}
