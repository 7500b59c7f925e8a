package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.token.Authentication;
import dev.fairlead.agent.data.token.JwtStatus;
import dev.fairlead.agent.data.token.PodTokens;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtRequirement;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * End users' tokens: a request without one that it needs is answered, what a good one says is known
 * to the access rules. Source: Envoy, jwt_authn filter.
 */
final class TokenStage implements RequestStage {

    private static final int MAX_PATH = 256; // of what a refusal repeats

    private final JwtAuthn filter;
    private final PodTokens tokens;

    TokenStage(JwtAuthn filter, PodTokens tokens) {
        this.filter = filter;
        this.tokens = tokens;
    }

    @Override
    public boolean passes(HttpExchange exchange) {
        HttpRequest request = exchange.request();
        Counters<HttpStat> counters = exchange.counters();
        for (int i = 0; i < filter.setByUs().size(); i++) {
            request.headers().remove(filter.setByUs().get(i));
        }
        NettyRequestView view = new NettyRequestView(request);
        if (filter.bypassCorsPreflight() && isPreflight(view)) {
            counters.inc(HttpStat.JWT_AUTHN_CORS_PREFLIGHT_BYPASSED);
            counters.inc(HttpStat.JWT_AUTHN_ALLOWED);
            return true;
        }
        JwtRequirement requirement = filter.requirement(view);
        if (requirement == null) {
            counters.inc(HttpStat.JWT_AUTHN_ALLOWED);
            return true;
        }
        String path = request.uri(); // before a token is taken out of it
        Authentication authentication = new Authentication(request, tokens, counters);
        JwtStatus status = authentication.of(requirement);
        if (status == JwtStatus.OK) {
            counters.inc(HttpStat.JWT_AUTHN_ALLOWED);
            exchange.authenticated(authentication.claims());
            return true;
        }
        counters.inc(HttpStat.JWT_AUTHN_DENIED);
        exchange.answer(
                refusal(status, challenge(view, path, status)), ResponseFlag.UNAUTHENTICATED);
        return false;
    }

    private LocalAnswer refusal(JwtStatus status, String challenge) {
        return LocalAnswer.of(
                        status == JwtStatus.AUDIENCE_NOT_ALLOWED ? 403 : 401,
                        filter.body().isEmpty() ? status.text() : filter.body())
                .with(new DefaultHttpHeaders().set(HttpHeaderNames.WWW_AUTHENTICATE, challenge))
                .because("jwt_authn_access_denied{" + status.text().replace(' ', '_') + "}");
    }

    private static boolean isPreflight(RequestView request) {
        return request.method().equals("OPTIONS")
                && isSaid(request.header("origin"))
                && isSaid(request.header("access-control-request-method"));
    }

    private static boolean isSaid(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    private static String challenge(RequestView request, String path, JwtStatus status) {
        return "Bearer realm=\""
                + request.scheme()
                + "://"
                + request.authority()
                + path.substring(0, Math.min(path.length(), MAX_PATH))
                + (status == JwtStatus.MISSING ? "\"" : "\", error=\"invalid_token\"");
    }
}
