package dev.fairlead.pilot.state;

/**
 * What applications are told of who calls, in {@code x-forwarded-client-cert}. Source: istio.io
 * "Global Mesh Options", ProxyConfig.proxyHeaders.
 */
public record ClientCertDetails(
        Form form, boolean subject, boolean cert, boolean chain, boolean dns, boolean uri) {

    /** Envoy's. */
    public enum Form {
        SANITIZE,
        FORWARD_ONLY,
        APPEND_FORWARD,
        SANITIZE_SET,
        ALWAYS_FORWARD_ONLY
    }

    /** Istio appends where this sets: what a caller says of its callers is believed by nobody. */
    public static final ClientCertDetails DEFAULT =
            new ClientCertDetails(Form.SANITIZE_SET, true, false, false, true, true);
}
