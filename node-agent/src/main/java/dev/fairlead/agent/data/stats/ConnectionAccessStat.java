package dev.fairlead.agent.data.stats;

/**
 * Stats of what guards opaque connections: {@code tcp.rbac.}. Source: Envoy, "Role Based Access
 * Control (RBAC) Network Filter", statistics.
 */
public enum ConnectionAccessStat implements Stat {
    ALLOWED("rbac.allowed", "Connections that access rules let pass."),
    DENIED("rbac.denied", "Connections that access rules refused."),
    SHADOW_ALLOWED("rbac.shadow_allowed", "Connections that shadow rules would let pass."),
    SHADOW_DENIED("rbac.shadow_denied", "Connections that shadow rules would refuse."),
    EXTERNAL_SHADOW_ALLOWED(
            "rbac.istio_ext_authz_shadow_allowed",
            "Connections that no external authorizer is asked about."),
    EXTERNAL_SHADOW_DENIED(
            "rbac.istio_ext_authz_shadow_denied",
            "Connections that an external authorizer is asked about."),
    DRY_RUN_ALLOW_SHADOW_ALLOWED(
            "rbac.istio_dry_run_allow_shadow_allowed",
            "Connections that ALLOW policies on trial would let pass."),
    DRY_RUN_ALLOW_SHADOW_DENIED(
            "rbac.istio_dry_run_allow_shadow_denied",
            "Connections that ALLOW policies on trial would refuse."),
    DRY_RUN_DENY_SHADOW_ALLOWED(
            "rbac.istio_dry_run_deny_shadow_allowed",
            "Connections that DENY policies on trial would let pass."),
    DRY_RUN_DENY_SHADOW_DENIED(
            "rbac.istio_dry_run_deny_shadow_denied",
            "Connections that DENY policies on trial would refuse."),
    AUTHORIZER_TOTAL("ext_authz.total", "Connections that an authorizer was asked about."),
    AUTHORIZER_OK("ext_authz.ok", "Connections that an authorizer let pass."),
    AUTHORIZER_DENIED("ext_authz.denied", "Connections that an authorizer refused."),
    AUTHORIZER_ERROR("ext_authz.error", "Connections on which an authorizer had no answer."),
    AUTHORIZER_FAILURE_MODE_ALLOWED(
            "ext_authz.failure_mode_allowed",
            "Connections that passed as an authorizer had no answer."),
    AUTHORIZER_CX_CLOSED(
            "ext_authz.cx_closed", "Connections closed for what an authorizer said, or did not."),
    AUTHORIZER_DISABLED("ext_authz.disabled", "Connections that no authorizer was asked about.");

    private final String statName;
    private final String help;

    ConnectionAccessStat(String statName, String help) {
        this.statName = statName;
        this.help = help;
    }

    @Override
    public String statName() {
        return statName;
    }

    @Override
    public Kind kind() {
        return Kind.COUNTER;
    }

    @Override
    public String help() {
        return help;
    }
}
