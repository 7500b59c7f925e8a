package dev.fairlead.agent.data.stats;

/**
 * Stats of one route that asks for them: {@code vhost.<virtual host>.route.<stat prefix>.}. Source:
 * Envoy, "Route", stat_prefix.
 */
public enum RouteStat implements Stat {
    UPSTREAM_RQ_TOTAL("upstream_rq_total", "Tries that were sent."),
    UPSTREAM_RQ_COMPLETED("upstream_rq_completed", "Responses."),
    UPSTREAM_RQ_1XX("upstream_rq_1xx", "Informational responses."),
    UPSTREAM_RQ_2XX("upstream_rq_2xx", "Successful responses."),
    UPSTREAM_RQ_3XX("upstream_rq_3xx", "Redirections."),
    UPSTREAM_RQ_4XX("upstream_rq_4xx", "Client errors."),
    UPSTREAM_RQ_5XX("upstream_rq_5xx", "Server errors."),
    UPSTREAM_RQ_RETRY("upstream_rq_retry", "Retries."),
    UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED(
            "upstream_rq_retry_limit_exceeded",
            "Requests that had failed too often to be sent again."),
    UPSTREAM_RQ_RETRY_OVERFLOW(
            "upstream_rq_retry_overflow", "Retries refused by a circuit breaker or a budget."),
    UPSTREAM_RQ_RETRY_SUCCESS("upstream_rq_retry_success", "Retries whose answer was good."),
    UPSTREAM_RQ_TIMEOUT("upstream_rq_timeout", "Requests that timed out.");

    private final String statName;
    private final String help;

    RouteStat(String statName, String help) {
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
