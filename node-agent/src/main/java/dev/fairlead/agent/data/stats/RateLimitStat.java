package dev.fairlead.agent.data.stats;

/**
 * Stats of one local rate limit: {@code <prefix>.http_local_rate_limit.}. Source: Envoy, "Local
 * rate limit", statistics.
 */
public enum RateLimitStat implements Stat {
    ENABLED("enabled", "Requests that were looked at."),
    OK("ok", "Requests that had a token."),
    RATE_LIMITED("rate_limited", "Requests that had none, refused or not."),
    ENFORCED("enforced", "Requests that were refused.");

    private final String statName;
    private final String help;

    RateLimitStat(String statName, String help) {
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
