package dev.fairlead.agent.model.listener;

/**
 * What becomes of {@code x-forwarded-client-cert}, and what of the caller's certificate it tells.
 * Source: Envoy, HttpConnectionManager.forward_client_cert_details and
 * set_current_client_cert_details.
 *
 * @param cert whether the certificate itself is told, URL-encoded PEM
 * @param chain whether it is with all that came with it
 * @param subject of the certificate; told even where it is empty
 * @param uri names of that kind; told even where there are none
 * @param dns names of that kind
 */
public record ForwardClientCert(
        Form form, boolean cert, boolean chain, boolean subject, boolean uri, boolean dns) {

    /** Envoy's. All but the last take the header off where there is no mTLS. */
    public enum Form {
        /** It is taken off. */
        SANITIZE,
        /** It passes. */
        FORWARD_ONLY,
        /** It passes, and the caller is added. */
        APPEND_FORWARD,
        /** It is taken off, and the caller is told. */
        SANITIZE_SET,
        /** It passes, proven or not. */
        ALWAYS_FORWARD_ONLY
    }

    /** Of listeners that say nothing. */
    public static final ForwardClientCert DEFAULT =
            new ForwardClientCert(Form.SANITIZE_SET, false, false, true, true, true);
}
