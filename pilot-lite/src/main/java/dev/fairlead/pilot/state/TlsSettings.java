package dev.fairlead.pilot.state;

import java.util.List;

/**
 * What a client does about TLS. Texts that are not given are empty.
 *
 * @param sni server name that is asked for; of SIMPLE and MUTUAL otherwise the request's host
 * @param subjectAltNames of which the server's certificate must have one; of ISTIO_MUTUAL SPIFFE
 *     IDs; none: that of the host that is asked for, or the mesh's own
 * @param clientCertificate path of the certificate that is shown
 * @param privateKey path of its key
 * @param caCertificates path of the roots by which the server is known; {@code system}: the
 *     machine's own
 * @param caCrl path of the lists of what their issuers have taken back
 * @param credentialName Secret of the client's namespace that holds all of these instead
 * @param insecureSkipVerify whether the server may be anybody
 */
public record TlsSettings(
        Mode mode,
        String sni,
        List<String> subjectAltNames,
        String clientCertificate,
        String privateKey,
        String caCertificates,
        String caCrl,
        String credentialName,
        boolean insecureSkipVerify) {

    /** The machine's own roots. */
    public static final String SYSTEM = "system";

    /** How the names of Secrets end that hold roots alone. */
    public static final String ROOTS_ALONE = "-cacert";

    public TlsSettings {
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /** Of a mode alone. */
    public static TlsSettings of(Mode mode) {
        return new TlsSettings(mode, "", List.of(), "", "", "", "", "", false);
    }

    /** Istio's words. */
    public enum Mode {
        DISABLE,
        /** TLS without a certificate of the client's. */
        SIMPLE,
        /** TLS with a certificate that the rule names. */
        MUTUAL,
        /** The mesh's own. */
        ISTIO_MUTUAL;

        /** Whether certificates are not the mesh's. */
        public boolean originates() {
            return this == SIMPLE || this == MUTUAL;
        }
    }
}
