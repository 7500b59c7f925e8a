package dev.fairlead.agent.data.stats;

/** Stats of one cluster: {@code cluster.<name>.}. Source: Envoy, "Cluster manager", statistics. */
public enum ClusterStat implements Stat {
    UPSTREAM_CX_TOTAL("upstream_cx_total", Kind.COUNTER, "Connections made."),
    UPSTREAM_CX_ACTIVE("upstream_cx_active", Kind.GAUGE, "Connections open."),
    UPSTREAM_CX_HTTP1_TOTAL("upstream_cx_http1_total", Kind.COUNTER, "HTTP/1.1 connections made."),
    UPSTREAM_CX_HTTP2_TOTAL("upstream_cx_http2_total", Kind.COUNTER, "HTTP/2 connections made."),
    UPSTREAM_CX_CLOSE_NOTIFY(
            "upstream_cx_close_notify", Kind.COUNTER, "Connections that the peer began to end."),
    HTTP2_RX_RESET("http2.rx_reset", Kind.COUNTER, "HTTP/2 streams reset by the peer."),
    HTTP2_TX_RESET("http2.tx_reset", Kind.COUNTER, "HTTP/2 streams reset by us."),
    HTTP2_GOAWAY_SENT(
            "http2.goaway_sent", Kind.COUNTER, "HTTP/2 connections that we began to end."),
    HTTP2_KEEPALIVE_TIMEOUT(
            "http2.keepalive_timeout", Kind.COUNTER, "HTTP/2 peers that answered no ping."),
    GRPC_TOTAL("grpc.total", Kind.COUNTER, "gRPC calls that ended with a status."),
    GRPC_SUCCESS("grpc.success", Kind.COUNTER, "gRPC calls that ended with status 0."),
    GRPC_FAILURE("grpc.failure", Kind.COUNTER, "gRPC calls that ended with another status."),
    GRPC_REQUEST_MESSAGE_COUNT(
            "grpc.request_message_count", Kind.COUNTER, "gRPC messages from clients."),
    GRPC_RESPONSE_MESSAGE_COUNT(
            "grpc.response_message_count", Kind.COUNTER, "gRPC messages to clients."),
    UPSTREAM_CX_CONNECT_FAIL(
            "upstream_cx_connect_fail", Kind.COUNTER, "Connection attempts that failed."),
    UPSTREAM_CX_CONNECT_TIMEOUT(
            "upstream_cx_connect_timeout", Kind.COUNTER, "Connection attempts that took too long."),
    UPSTREAM_CX_REFUSED_ADDRESS(
            "upstream_cx_refused_address", Kind.COUNTER, "Endpoints that may not be connected to."),
    UPSTREAM_CX_IDLE_TIMEOUT(
            "upstream_cx_idle_timeout", Kind.COUNTER, "Idle connections closed by us."),
    UPSTREAM_CX_NONE_HEALTHY(
            "upstream_cx_none_healthy", Kind.COUNTER, "Attempts with no healthy endpoint."),
    UPSTREAM_CX_DESTROY("upstream_cx_destroy", Kind.COUNTER, "Connections closed."),
    UPSTREAM_CX_DESTROY_LOCAL(
            "upstream_cx_destroy_local", Kind.COUNTER, "Connections closed by us."),
    UPSTREAM_CX_DESTROY_REMOTE(
            "upstream_cx_destroy_remote", Kind.COUNTER, "Connections closed by the peer."),
    UPSTREAM_CX_DESTROY_WITH_ACTIVE_RQ(
            "upstream_cx_destroy_with_active_rq",
            Kind.COUNTER,
            "Connections closed under a request."),
    UPSTREAM_CX_DESTROY_LOCAL_WITH_ACTIVE_RQ(
            "upstream_cx_destroy_local_with_active_rq",
            Kind.COUNTER,
            "Connections closed by us under a request."),
    UPSTREAM_CX_DESTROY_REMOTE_WITH_ACTIVE_RQ(
            "upstream_cx_destroy_remote_with_active_rq",
            Kind.COUNTER,
            "Connections closed by the peer under a request."),
    UPSTREAM_CX_OVERFLOW(
            "upstream_cx_overflow",
            Kind.COUNTER,
            "Connections that were wanted when there were as many as may be."),
    UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED(
            "upstream_cx_connect_attempts_exceeded",
            Kind.COUNTER,
            "Opaque connections given up because their attempt failed."),
    UPSTREAM_CX_MAX_REQUESTS(
            "upstream_cx_max_requests",
            Kind.COUNTER,
            "Connections that got the last request that they may have."),
    UPSTREAM_CX_MAX_DURATION_REACHED(
            "upstream_cx_max_duration_reached",
            Kind.COUNTER,
            "Connections that had lived as long as they may."),
    UPSTREAM_CX_PROTOCOL_ERROR(
            "upstream_cx_protocol_error", Kind.COUNTER, "Answers that broke the protocol."),
    UPSTREAM_CX_RX_BYTES_TOTAL("upstream_cx_rx_bytes_total", Kind.COUNTER, "Bytes received."),
    UPSTREAM_CX_TX_BYTES_TOTAL("upstream_cx_tx_bytes_total", Kind.COUNTER, "Bytes sent."),
    UPSTREAM_RQ_TOTAL("upstream_rq_total", Kind.COUNTER, "Requests sent."),
    UPSTREAM_RQ_ACTIVE("upstream_rq_active", Kind.GAUGE, "Requests under way."),
    UPSTREAM_RQ_PENDING_TOTAL(
            "upstream_rq_pending_total",
            Kind.COUNTER,
            "Requests that waited for, or opened, a connection."),
    UPSTREAM_RQ_PENDING_ACTIVE(
            "upstream_rq_pending_active", Kind.GAUGE, "Requests that wait for a connection."),
    UPSTREAM_RQ_PENDING_OVERFLOW(
            "upstream_rq_pending_overflow",
            Kind.COUNTER,
            "Requests refused because too many waited for a connection."),
    UPSTREAM_RQ_ACTIVE_OVERFLOW(
            "upstream_rq_active_overflow",
            Kind.COUNTER,
            "Requests refused because too many were under way."),
    UPSTREAM_RQ_PENDING_FAILURE_EJECT(
            "upstream_rq_pending_failure_eject",
            Kind.COUNTER,
            "Requests failed because their connection did."),
    UPSTREAM_RQ_CANCELLED(
            "upstream_rq_cancelled",
            Kind.COUNTER,
            "Requests given up before a connection was there."),
    UPSTREAM_RQ_TIMEOUT("upstream_rq_timeout", Kind.COUNTER, "Requests that timed out."),
    UPSTREAM_RQ_RX_RESET(
            "upstream_rq_rx_reset", Kind.COUNTER, "HTTP/2 requests reset by the peer."),
    UPSTREAM_RQ_TX_RESET("upstream_rq_tx_reset", Kind.COUNTER, "HTTP/2 requests reset by us."),
    UPSTREAM_RQ_RETRY("upstream_rq_retry", Kind.COUNTER, "Retries."),
    UPSTREAM_RQ_RETRY_SUCCESS(
            "upstream_rq_retry_success", Kind.COUNTER, "Retries whose answer was good."),
    UPSTREAM_RQ_REPLAYED(
            "upstream_rq_replayed",
            Kind.COUNTER,
            "Requests sent again, as nobody had read them: ours, beside the retries."),
    UPSTREAM_RQ_RETRY_OVERFLOW(
            "upstream_rq_retry_overflow",
            Kind.COUNTER,
            "Retries refused by a circuit breaker or a budget."),
    UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED(
            "upstream_rq_retry_limit_exceeded",
            Kind.COUNTER,
            "Requests that had failed too often to be sent again."),
    UPSTREAM_RQ_RETRY_BACKOFF_EXPONENTIAL(
            "upstream_rq_retry_backoff_exponential",
            Kind.COUNTER,
            "Retries that waited for an interval that doubles."),
    UPSTREAM_RQ_PER_TRY_TIMEOUT(
            "upstream_rq_per_try_timeout", Kind.COUNTER, "Tries that timed out."),
    RETRY_OR_SHADOW_ABANDONED(
            "retry_or_shadow_abandoned",
            Kind.COUNTER,
            "Requests whose body was too long to be sent again."),
    UPSTREAM_RQ_COMPLETED("upstream_rq_completed", Kind.COUNTER, "Responses received."),
    UPSTREAM_RQ_1XX("upstream_rq_1xx", Kind.COUNTER, "Informational responses."),
    UPSTREAM_RQ_2XX("upstream_rq_2xx", Kind.COUNTER, "Successful responses."),
    UPSTREAM_RQ_3XX("upstream_rq_3xx", Kind.COUNTER, "Redirections."),
    UPSTREAM_RQ_4XX("upstream_rq_4xx", Kind.COUNTER, "Client errors."),
    UPSTREAM_RQ_5XX("upstream_rq_5xx", Kind.COUNTER, "Server errors."),
    UPSTREAM_RQ_SAME_NODE(
            "upstream_rq_same_node", Kind.COUNTER, "Requests that took the same-node shortcut."),
    MEMBERSHIP_TOTAL("membership_total", Kind.GAUGE, "Endpoints."),
    MEMBERSHIP_HEALTHY("membership_healthy", Kind.GAUGE, "Healthy endpoints."),
    MEMBERSHIP_DEGRADED("membership_degraded", Kind.GAUGE, "Degraded endpoints."),
    MEMBERSHIP_EXCLUDED("membership_excluded", Kind.GAUGE, "Endpoints of unknown health."),
    MEMBERSHIP_CHANGE("membership_change", Kind.COUNTER, "Times that endpoints came or went."),
    MAX_HOST_WEIGHT("max_host_weight", Kind.GAUGE, "The greatest weight of an endpoint."),
    LB_HEALTHY_PANIC(
            "lb_healthy_panic",
            Kind.COUNTER,
            "Endpoints chosen whatever their health, as too few were healthy."),
    CX_OPEN(
            "circuit_breakers.default.cx_open",
            Kind.GAUGE,
            "Pods that have as many connections as they may."),
    RQ_PENDING_OPEN(
            "circuit_breakers.default.rq_pending_open",
            Kind.GAUGE,
            "Pods of which as many requests wait for a connection as may."),
    RQ_OPEN(
            "circuit_breakers.default.rq_open",
            Kind.GAUGE,
            "Pods that have as many requests under way as they may."),
    RQ_RETRY_OPEN(
            "circuit_breakers.default.rq_retry_open",
            Kind.GAUGE,
            "Pods that have as many retries under way as they may."),
    REMAINING_CX(
            "circuit_breakers.default.remaining_cx",
            Kind.GAUGE,
            "Connections that may still be made."),
    REMAINING_PENDING(
            "circuit_breakers.default.remaining_pending",
            Kind.GAUGE,
            "Requests that may still wait for a connection."),
    REMAINING_RQ(
            "circuit_breakers.default.remaining_rq",
            Kind.GAUGE,
            "Requests that may still be sent."),
    REMAINING_RETRIES(
            "circuit_breakers.default.remaining_retries",
            Kind.GAUGE,
            "Retries that may still be made; 0 with a budget."),
    SSL_HANDSHAKE("ssl_handshake", Kind.COUNTER, "TLS handshakes that succeeded."),
    SSL_SESSION_REUSED(
            "ssl_session_reused", Kind.COUNTER, "TLS handshakes that resumed a session."),
    SSL_CONNECTION_ERROR("ssl_connection_error", Kind.COUNTER, "TLS handshakes that failed."),
    SSL_CERTIFICATE_REVOKED(
            "ssl_certificate_revoked",
            Kind.COUNTER,
            "Handshakes refused and connections reset because of a revoked certificate."),
    SSL_FAIL_VERIFY_SAN(
            "ssl_fail_verify_san",
            Kind.COUNTER,
            "Peers whose certificate did not name an expected identity."),
    SSL_FAIL_VERIFY_ERROR(
            "ssl_fail_verify_error",
            Kind.COUNTER,
            "Peers whose certificate nobody vouched for, or that had expired.");

    private final String statName;
    private final Kind kind;
    private final String help;

    ClusterStat(String statName, Kind kind, String help) {
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
