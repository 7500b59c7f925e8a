package dev.fairlead.agent.data.stats;

/**
 * Stats of one HTTP filter: {@code http.<prefix>.}. Source: Envoy, "HTTP connection manager",
 * statistics.
 */
public enum HttpStat implements Stat {
    DOWNSTREAM_CX_TOTAL("downstream_cx_total", Kind.COUNTER, "Connections accepted."),
    DOWNSTREAM_CX_ACTIVE("downstream_cx_active", Kind.GAUGE, "Connections open."),
    DOWNSTREAM_CX_HTTP1_TOTAL(
            "downstream_cx_http1_total", Kind.COUNTER, "HTTP/1.x connections accepted."),
    DOWNSTREAM_CX_HTTP1_ACTIVE("downstream_cx_http1_active", Kind.GAUGE, "HTTP/1.x connections."),
    DOWNSTREAM_CX_HTTP2_TOTAL(
            "downstream_cx_http2_total", Kind.COUNTER, "HTTP/2 connections accepted."),
    DOWNSTREAM_CX_HTTP2_ACTIVE("downstream_cx_http2_active", Kind.GAUGE, "HTTP/2 connections."),
    DOWNSTREAM_CX_UPGRADES_TOTAL(
            "downstream_cx_upgrades_total", Kind.COUNTER, "Upgrades and CONNECTs that succeeded."),
    DOWNSTREAM_CX_UPGRADES_ACTIVE(
            "downstream_cx_upgrades_active", Kind.GAUGE, "Upgrades and CONNECTs open."),
    DOWNSTREAM_CX_DESTROY("downstream_cx_destroy", Kind.COUNTER, "Connections closed."),
    DOWNSTREAM_CX_DESTROY_LOCAL(
            "downstream_cx_destroy_local", Kind.COUNTER, "Connections closed by us."),
    DOWNSTREAM_CX_DESTROY_REMOTE(
            "downstream_cx_destroy_remote", Kind.COUNTER, "Connections closed by the peer."),
    DOWNSTREAM_CX_DESTROY_REMOTE_ACTIVE_RQ(
            "downstream_cx_destroy_remote_active_rq",
            Kind.COUNTER,
            "Connections closed by the peer under a request."),
    DOWNSTREAM_CX_PROTOCOL_ERROR(
            "downstream_cx_protocol_error", Kind.COUNTER, "Connections that broke the protocol."),
    DOWNSTREAM_CX_IDLE_TIMEOUT(
            "downstream_cx_idle_timeout", Kind.COUNTER, "Idle connections closed by us."),
    DOWNSTREAM_CX_RX_BYTES_TOTAL("downstream_cx_rx_bytes_total", Kind.COUNTER, "Bytes received."),
    DOWNSTREAM_CX_TX_BYTES_TOTAL("downstream_cx_tx_bytes_total", Kind.COUNTER, "Bytes sent."),
    DOWNSTREAM_CX_SSL_TOTAL("downstream_cx_ssl_total", Kind.COUNTER, "Connections with TLS."),
    DOWNSTREAM_RQ_TOTAL("downstream_rq_total", Kind.COUNTER, "Requests received."),
    DOWNSTREAM_RQ_HTTP1_TOTAL(
            "downstream_rq_http1_total", Kind.COUNTER, "HTTP/1.x requests received."),
    DOWNSTREAM_RQ_HTTP2_TOTAL(
            "downstream_rq_http2_total", Kind.COUNTER, "HTTP/2 requests received."),
    DOWNSTREAM_RQ_OVERFLOW(
            "downstream_rq_overflow",
            Kind.COUNTER,
            "HTTP/2 streams refused because the pod has as many as one pod may have."),
    DOWNSTREAM_RQ_TX_RESET("downstream_rq_tx_reset", Kind.COUNTER, "Streams reset by us."),
    DOWNSTREAM_RQ_TOO_MANY_PREMATURE_RESETS(
            "downstream_rq_too_many_premature_resets",
            Kind.COUNTER,
            "HTTP/2 connections ended as they reset too many streams."),
    HTTP2_RX_RESET("http2.rx_reset", Kind.COUNTER, "HTTP/2 streams reset by the client."),
    HTTP2_GOAWAY_SENT(
            "http2.goaway_sent", Kind.COUNTER, "HTTP/2 connections that we began to end."),
    HTTP2_KEEPALIVE_TIMEOUT(
            "http2.keepalive_timeout", Kind.COUNTER, "HTTP/2 clients that answered no ping."),
    HTTP2_INBOUND_EMPTY_FRAMES_FLOOD(
            "http2.inbound_empty_frames_flood",
            Kind.COUNTER,
            "HTTP/2 connections ended for empty frames."),
    HTTP2_INBOUND_PRIORITY_FRAMES_FLOOD(
            "http2.inbound_priority_frames_flood",
            Kind.COUNTER,
            "HTTP/2 connections ended for PRIORITY frames."),
    HTTP2_INBOUND_WINDOW_UPDATE_FRAMES_FLOOD(
            "http2.inbound_window_update_frames_flood",
            Kind.COUNTER,
            "HTTP/2 connections ended for WINDOW_UPDATE frames."),
    HTTP2_OUTBOUND_CONTROL_FLOOD(
            "http2.outbound_control_flood",
            Kind.COUNTER,
            "HTTP/2 connections ended for what must be answered: PING, SETTINGS."),
    DOWNSTREAM_RQ_ACTIVE("downstream_rq_active", Kind.GAUGE, "Requests under way."),
    DOWNSTREAM_RQ_COMPLETED("downstream_rq_completed", Kind.COUNTER, "Requests answered."),
    DOWNSTREAM_RQ_1XX("downstream_rq_1xx", Kind.COUNTER, "Informational responses."),
    DOWNSTREAM_RQ_2XX("downstream_rq_2xx", Kind.COUNTER, "Successful responses."),
    DOWNSTREAM_RQ_3XX("downstream_rq_3xx", Kind.COUNTER, "Redirections."),
    DOWNSTREAM_RQ_4XX("downstream_rq_4xx", Kind.COUNTER, "Client errors."),
    DOWNSTREAM_RQ_5XX("downstream_rq_5xx", Kind.COUNTER, "Server errors."),
    DOWNSTREAM_RQ_RX_RESET(
            "downstream_rq_rx_reset", Kind.COUNTER, "Requests given up by the client."),
    DOWNSTREAM_RQ_MAX_DURATION_REACHED(
            "downstream_rq_max_duration_reached",
            Kind.COUNTER,
            "gRPC calls that took longer than their caller waits."),
    DOWNSTREAM_RQ_IDLE_TIMEOUT(
            "downstream_rq_idle_timeout",
            Kind.COUNTER,
            "Requests on which nothing moved for too long."),
    DOWNSTREAM_RQ_TOO_LARGE(
            "downstream_rq_too_large",
            Kind.COUNTER,
            "Requests whose body is more than what an authorizer is to see."),
    DOWNSTREAM_RQ_UPGRADE_REFUSED(
            "downstream_rq_upgrade_refused", Kind.COUNTER, "Upgrades and CONNECTs refused."),
    NO_ROUTE("no_route", Kind.COUNTER, "Requests that no route took."),
    NO_CLUSTER(
            "no_cluster", Kind.COUNTER, "Requests whose route names a cluster that is not there."),
    RQ_TOTAL("rq_total", Kind.COUNTER, "Requests routed."),
    RQ_DIRECT_RESPONSE(
            "rq_direct_response", Kind.COUNTER, "Requests that a route answered itself."),
    RBAC_ALLOWED("rbac.allowed", Kind.COUNTER, "Requests that access rules let pass."),
    RBAC_DENIED("rbac.denied", Kind.COUNTER, "Requests that access rules refused."),
    RBAC_SHADOW_ALLOWED(
            "rbac.shadow_allowed", Kind.COUNTER, "Requests that shadow rules would let pass."),
    RBAC_SHADOW_DENIED(
            "rbac.shadow_denied", Kind.COUNTER, "Requests that shadow rules would refuse."),
    RBAC_REVOKED(
            "rbac.revoked",
            Kind.COUNTER,
            "Requests under way that ended as rules had come to refuse them."),
    RBAC_EXTERNAL_SHADOW_ALLOWED(
            "rbac.istio_ext_authz_shadow_allowed",
            Kind.COUNTER,
            "Requests that no external authorizer is asked about."),
    RBAC_EXTERNAL_SHADOW_DENIED(
            "rbac.istio_ext_authz_shadow_denied",
            Kind.COUNTER,
            "Requests that an external authorizer is asked about."),
    RBAC_DRY_RUN_ALLOW_SHADOW_ALLOWED(
            "rbac.istio_dry_run_allow_shadow_allowed",
            Kind.COUNTER,
            "Requests that ALLOW policies on trial would let pass."),
    RBAC_DRY_RUN_ALLOW_SHADOW_DENIED(
            "rbac.istio_dry_run_allow_shadow_denied",
            Kind.COUNTER,
            "Requests that ALLOW policies on trial would refuse."),
    RBAC_DRY_RUN_DENY_SHADOW_ALLOWED(
            "rbac.istio_dry_run_deny_shadow_allowed",
            Kind.COUNTER,
            "Requests that DENY policies on trial would let pass."),
    RBAC_DRY_RUN_DENY_SHADOW_DENIED(
            "rbac.istio_dry_run_deny_shadow_denied",
            Kind.COUNTER,
            "Requests that DENY policies on trial would refuse."),
    JWT_AUTHN_ALLOWED("jwt_authn.allowed", Kind.COUNTER, "Requests whose tokens hold."),
    JWT_AUTHN_DENIED(
            "jwt_authn.denied", Kind.COUNTER, "Requests refused for a token, or for want of one."),
    JWT_AUTHN_CORS_PREFLIGHT_BYPASSED(
            "jwt_authn.cors_preflight_bypassed",
            Kind.COUNTER,
            "Preflights that passed without a token."),
    JWT_AUTHN_CACHE_HIT(
            "jwt_authn.jwt_cache_hit", Kind.COUNTER, "Tokens that were verified before."),
    JWT_AUTHN_CACHE_MISS(
            "jwt_authn.jwt_cache_miss", Kind.COUNTER, "Tokens that were not verified before."),
    EXT_AUTHZ_OK("ext_authz.ok", Kind.COUNTER, "Requests that an authorizer let pass."),
    EXT_AUTHZ_DENIED("ext_authz.denied", Kind.COUNTER, "Requests that an authorizer refused."),
    EXT_AUTHZ_ERROR(
            "ext_authz.error", Kind.COUNTER, "Requests on which an authorizer had no answer."),
    EXT_AUTHZ_DISABLED(
            "ext_authz.disabled", Kind.COUNTER, "Requests that no authorizer was asked about."),
    EXT_AUTHZ_FAILURE_MODE_ALLOWED(
            "ext_authz.failure_mode_allowed",
            Kind.COUNTER,
            "Requests that passed as an authorizer had no answer."),
    CORS_ORIGIN_VALID(
            "cors.origin_valid", Kind.COUNTER, "Cross-origin requests that a route allows."),
    CORS_ORIGIN_INVALID(
            "cors.origin_invalid", Kind.COUNTER, "Cross-origin requests that a route does not."),
    FAULT_DELAYS_INJECTED(
            "fault.delays_injected", Kind.COUNTER, "Requests that were made to wait."),
    FAULT_ABORTS_INJECTED(
            "fault.aborts_injected", Kind.COUNTER, "Requests that were answered by a fault."),
    FAULT_ACTIVE_FAULTS("fault.active_faults", Kind.GAUGE, "Requests that are made to wait."),
    FAULT_FAULTS_OVERFLOW(
            "fault.faults_overflow", Kind.COUNTER, "Faults left out as there were too many.");

    private final String statName;
    private final Kind kind;
    private final String help;

    HttpStat(String statName, Kind kind, String help) {
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
