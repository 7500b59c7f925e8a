package dev.fairlead.agent.data.stats;

/**
 * Stats of the active health checks of a cluster's endpoints: {@code cluster.<name>.health_check.},
 * counted once for a node. Source: Envoy, "Cluster manager", health check statistics.
 */
public enum CheckStat implements Stat {
    ATTEMPT("health_check.attempt", Kind.COUNTER, "Health checks begun."),
    SUCCESS("health_check.success", Kind.COUNTER, "Health checks that succeeded."),
    FAILURE("health_check.failure", Kind.COUNTER, "Health checks that failed."),
    NETWORK_FAILURE(
            "health_check.network_failure",
            Kind.COUNTER,
            "Health checks that failed for want of an answer."),
    HEALTHY("health_check.healthy", Kind.GAUGE, "Endpoints that are asked and are healthy.");

    private final String statName;
    private final Kind kind;
    private final String help;

    CheckStat(String statName, Kind kind, String help) {
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
