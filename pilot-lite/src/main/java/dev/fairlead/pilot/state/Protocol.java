package dev.fairlead.pilot.state;

import java.util.Locale;

/** What a Service says is spoken on one of its ports. */
public enum Protocol {
    /** HTTP/1.1; gRPC-Web too, which browsers speak in either version. */
    HTTP,
    /** HTTP/2 without an upgrade; gRPC is that. */
    HTTP2,
    TCP,
    TLS,
    UDP,
    UNDECLARED;

    private static final String GRPC_WEB = "grpc-web";

    /**
     * The protocol that appProtocol names, else the port's name; of either the part before the
     * first dash counts. Unknown words count as undeclared.
     *
     * <p>Source: istio.io "Protocol selection"; Kubernetes, Service, "Application protocol".
     */
    public static Protocol of(String transport, String appProtocol, String portName) {
        if (transport.equals("UDP")) {
            return UDP;
        }
        return switch (appProtocol) {
            case "" -> named(portName);
            case "kubernetes.io/h2c" -> HTTP2;
            case "kubernetes.io/ws" -> HTTP;
            case "kubernetes.io/wss" -> TLS;
            default -> named(appProtocol);
        };
    }

    private static Protocol named(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith(GRPC_WEB)) { // the one word with a dash of its own
            return HTTP;
        }
        int dash = lower.indexOf('-');
        return switch (dash < 0 ? lower : lower.substring(0, dash)) {
            case "http" -> HTTP;
            case "http2", "grpc" -> HTTP2;
            case "tcp", "mongo", "mysql", "redis" -> TCP;
            case "tls", "https" -> TLS;
            case "udp" -> UDP;
            default -> UNDECLARED;
        };
    }

    /** Whether requests are routed one by one because the Service says so. */
    public boolean isHttp() {
        return this == HTTP || this == HTTP2;
    }
}
