package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.HeaderEditing;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.route.HeaderEdits;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        exchange.answer(
                LocalAnswer.of(denied.status(), denied.grpcStatus(), denied.body())
                        .with(edited(denied.response(), exchange))
                        .because(denied.details()),
                denied.flag());
        return false;
    }

    private static @Nullable HttpHeaders edited(HeaderEdits.Side edits, HttpExchange exchange) {
        if (edits.isEmpty()) {
            return null;
        }
        HttpHeaders headers = new DefaultHttpHeaders();
        HeaderEditing.apply(edits, headers, exchange.heads());
        return headers;
    }
}
