package dev.fairlead.pilot.state;

import java.util.Locale;

/** What a Service says is spoken on one of its ports. */
public enum Protocol {
    HTTP,
    /** HTTP/2 and gRPC: carried as opaque TCP for now. */
    HTTP2,
    TCP,
    TLS,
    UDP,
    UNDECLARED;

    /**
     * The protocol that appProtocol names, else the part of the port's name before the first dash,
     * else (for a port that is not UDP) undeclared. Unknown words count as undeclared.
     *
     * <p>Source: istio.io "Protocol selection".
     */
    public static Protocol of(String transport, String appProtocol, String portName) {
        if (transport.equals("UDP")) {
            return UDP;
        }
        if (!appProtocol.isEmpty()) {
            return named(appProtocol);
        }
        int dash = portName.indexOf('-');
        return named(dash < 0 ? portName : portName.substring(0, dash));
    }

    private static Protocol named(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "http", "kubernetes.io/ws" -> HTTP;
            case "http2", "grpc", "kubernetes.io/h2c" -> HTTP2;
            case "tcp", "mongo", "mysql", "redis" -> TCP;
            case "tls", "https", "kubernetes.io/wss" -> TLS;
            case "udp" -> UDP;
            default -> UNDECLARED;
        };
    }
}
