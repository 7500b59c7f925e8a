package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.model.listener.HttpFilter;
import java.util.List;

/** Access rules and rate limits: a request that may not pass is answered. */
final class CheckStage implements RequestStage {

    private final RequestChecks checks;
    private final List<HttpFilter> filters;
    private final Facts facts;

    /**
     * @param facts of the connection that the requests come by
     */
    CheckStage(RequestChecks checks, List<HttpFilter> filters, Facts facts) {
        this.checks = checks;
        this.filters = filters;
        this.facts = facts;
    }

    @Override
    public boolean passes(HttpExchange exchange) {
        RequestChecks.Denied denied =
                checks.check(
                        filters,
                        exchange.policy(),
                        exchange.checked(facts),
                        exchange.allCounters());
        if (denied == null) {
            return true;
        }
        exchange.reply(
                denied.status(),
                denied.grpcStatus(),
                denied.body(),
                denied.response(),
                denied.flag(),
                denied.details());
        return false;
    }
}
