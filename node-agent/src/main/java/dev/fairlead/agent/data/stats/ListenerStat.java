package dev.fairlead.agent.data.stats;

/**
 * Stats of one pod listener: {@code listener.<inbound or outbound>.}. Source: Envoy, "Listener",
 * statistics.
 */
public enum ListenerStat implements Stat {
    DOWNSTREAM_CX_TOTAL("downstream_cx_total", Kind.COUNTER, "Connections accepted."),
    DOWNSTREAM_CX_ACTIVE("downstream_cx_active", Kind.GAUGE, "Connections open."),
    DOWNSTREAM_CX_DESTROY("downstream_cx_destroy", Kind.COUNTER, "Connections closed."),
    DOWNSTREAM_CX_OVERFLOW(
            "downstream_cx_overflow",
            Kind.COUNTER,
            "Connections reset because the pod has as many as one pod may have."),
    DOWNSTREAM_BUFFER_OVERFLOW(
            "downstream_buffer_overflow",
            Kind.COUNTER,
            "Pieces of requests not kept because the pod keeps as many bytes as one pod may."),
    NO_FILTER_CHAIN_MATCH(
            "no_filter_chain_match",
            Kind.COUNTER,
            "Connections reset because no filter chain takes them."),
    DOWNSTREAM_PRE_CX_TIMEOUT(
            "downstream_pre_cx_timeout",
            Kind.COUNTER,
            "Connections whose first bytes did not come in time: taken for TCP."),
    PROXY_PROTO_FOUND(
            "proxy_proto_found", Kind.COUNTER, "Connections that began with a PROXY header."),
    PROXY_PROTO_ERROR(
            "proxy_proto_error",
            Kind.COUNTER,
            "Connections reset because they began with a malformed PROXY header."),
    DETECTED_HTTP("detected_http", Kind.COUNTER, "Connections found to speak HTTP/1."),
    DETECTED_TCP("detected_tcp", Kind.COUNTER, "Connections found to speak something else."),
    DETECTED_TLS("detected_tls", Kind.COUNTER, "Connections found to speak TLS."),
    CAPTURE_REFUSED_LOOPBACK(
            "capture_refused_loopback",
            Kind.COUNTER,
            "Connections refused: a loopback destination."),
    CAPTURE_REFUSED_LINK_LOCAL(
            "capture_refused_link_local",
            Kind.COUNTER,
            "Connections refused: a link-local destination."),
    CAPTURE_REFUSED_MULTICAST(
            "capture_refused_multicast",
            Kind.COUNTER,
            "Connections refused: a multicast or unspecified destination."),
    CAPTURE_REFUSED_OWN_LISTENER(
            "capture_refused_own_listener",
            Kind.COUNTER,
            "Connections refused: a listener of ours as destination."),
    CAPTURE_REFUSED_NO_ORIGINAL_DESTINATION(
            "capture_refused_no_original_destination",
            Kind.COUNTER,
            "Connections refused: not redirected to us."),
    HELD_FOR_CONFIGURATION(
            "held_for_configuration", Kind.COUNTER, "Connections that waited for their listener."),
    REVOKED(
            "revoked",
            Kind.COUNTER,
            "Live connections reset because the policy does not let them in any more."),
    NOT_READY(
            "not_ready",
            Kind.COUNTER,
            "Connections reset because configuration or certificate did not come in time."),
    SSL_HANDSHAKE("ssl_handshake", Kind.COUNTER, "TLS handshakes that succeeded."),
    SSL_SESSION_REUSED(
            "ssl_session_reused", Kind.COUNTER, "TLS handshakes that resumed a session."),
    SSL_CONNECTION_ERROR("ssl_connection_error", Kind.COUNTER, "TLS handshakes that failed."),
    SSL_HANDSHAKE_OVERFLOW(
            "ssl_handshake_overflow",
            Kind.COUNTER,
            "Connections reset because too many handshakes were under way."),
    SSL_CERTIFICATE_REVOKED(
            "ssl_certificate_revoked",
            Kind.COUNTER,
            "Handshakes refused and connections reset because of a revoked certificate.");

    private final String statName;
    private final Kind kind;
    private final String help;

    ListenerStat(String statName, Kind kind, String help) {
        this.statName = statName;
        this.kind = kind;
        this.help = help;
    }

    @Override
    public String statName() {
        return statName;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String help() {
        return help;
    }
}
