package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Cors;
import dev.fairlead.agent.model.route.CorsDecision;
import dev.fairlead.agent.model.route.CorsDecision.GoesOn;
import dev.fairlead.agent.model.route.CorsDecision.Preflight;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A route's cross-origin rules: answers preflights, and lets responses say what is allowed. As in
 * Envoy they say nothing of what a route answers itself.
 */
final class CorsStage implements RequestStage {

    @Override
    public boolean passes(HttpExchange exchange) {
        Route route = exchange.route();
        if (route == null) {
            return true;
        }
        Cors cors = route.policy().cors();
        if (cors == null || !(route.action() instanceof RouteAction.Forward)) {
            return true;
        }
        switch (CorsDecision.decide(cors, new NettyRequestView(exchange.request()))) {
            case CorsDecision.None _ -> {
                return true;
            }
            case GoesOn(String origin) -> {
                count(exchange, origin);
                if (origin != null) {
                    exchange.heads().allow(cors, origin);
                }
                return true;
            }
            case Preflight preflight -> {
                count(exchange, preflight.origin());
                exchange.heads().answerPreflight();
                if (preflight.origin() != null) {
                    exchange.heads().allow(cors, preflight.origin());
                }
                exchange.answer(
                        LocalAnswer.of(200, "").with(headers(cors, preflight)), ResponseFlag.NONE);
                return false;
            }
        }
    }

    private static void count(HttpExchange exchange, @Nullable String origin) {
        Counters<HttpStat> counters = exchange.counters();
        counters.inc(origin == null ? HttpStat.CORS_ORIGIN_INVALID : HttpStat.CORS_ORIGIN_VALID);
    }

    private static HttpHeaders headers(Cors cors, Preflight preflight) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (Boolean.TRUE.equals(cors.allowCredentials())) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        set(headers, HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, preflight.allowMethods());
        set(headers, HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, preflight.allowHeaders());
        set(headers, HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, preflight.maxAge());
        return headers;
    }

    private static void set(HttpHeaders headers, CharSequence name, String value) {
        if (!value.isEmpty()) {
            headers.set(name, value);
        }
    }
}
