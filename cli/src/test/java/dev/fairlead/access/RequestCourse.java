package dev.fairlead.access;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.policy.CheckedRequest;
import dev.fairlead.agent.data.policy.PodLimits;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.token.Authentication;
import dev.fairlead.agent.data.token.JwtStatus;
import dev.fairlead.agent.data.token.PodTokens;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtRequirement;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;

/**
 * A request's way through the filters that a pod's listener has: its path is written in the one
 * way, then each filter has its say.
 */
final class RequestCourse {

    private final HttpManager manager;
    private final CallerFacts caller;
    private final BiPredicate<String, HttpRequest> authorizer;
    private final boolean mutual;
    private final WorkerStats.HttpCounters counters = new WorkerStats().http("uid", "http");
    private final List<String> asked = new ArrayList<>();

    RequestCourse(
            HttpManager manager,
            CallerFacts caller,
            BiPredicate<String, HttpRequest> authorizer,
            boolean mutual) {
        this.manager = manager;
        this.caller = caller;
        this.authorizer = authorizer;
        this.mutual = mutual;
    }

    Answer of(HttpRequest request) {
        String path = manager.paths().of(request.uri());
        if (path == null) {
            return Answer.refused(400, asked);
        }
        request.setUri(path);
        CheckedRequest checked = new CheckedRequest(caller, new NettyRequestView(request));
        var checks =
                new RequestChecks(
                        new PodLimits("uid", new WorkerStats(), () -> 0), new SplittableRandom(1));
        for (HttpFilter filter : manager.checks()) {
            int status =
                    switch (filter) {
                        case HttpFilter.Tokens(String _, JwtAuthn authn) ->
                                tokens(authn, request, checked);
                        case HttpFilter.External(String _, ExternalAuthorization rules) ->
                                ask(rules, request, checked);
                        case HttpFilter.Access _, HttpFilter.Limit _ -> {
                            var denied =
                                    checks.check(
                                            List.of(filter), RoutePolicy.NONE, checked, counters);
                            yield denied == null ? 200 : denied.status();
                        }
                    };
            if (status != 200) {
                return Answer.refused(status, asked);
            }
        }
        return new Answer(200, mutual, request, asked);
    }

    private int tokens(JwtAuthn authn, HttpRequest request, CheckedRequest checked) {
        authn.setByUs().forEach(request.headers()::remove);
        NettyRequestView view = new NettyRequestView(request);
        boolean preflight =
                view.method().equals("OPTIONS")
                        && view.header("origin") != null
                        && view.header("access-control-request-method") != null;
        JwtRequirement requirement = authn.requirement(view);
        if (authn.bypassCorsPreflight() && preflight || requirement == null) {
            return 200;
        }
        var authentication =
                new Authentication(request, new PodTokens(() -> Call.NOW), counters.counters());
        JwtStatus status = authentication.of(requirement);
        if (status != JwtStatus.OK) {
            return status == JwtStatus.AUDIENCE_NOT_ALLOWED ? 403 : 401;
        }
        Map<String, Object> claims = authentication.claims();
        if (claims != null) {
            checked.proven(claims);
        }
        return 200;
    }

    private int ask(ExternalAuthorization rules, HttpRequest request, CheckedRequest checked) {
        String prefix = rules.policies();
        String policy = checked.shadowPolicy(AccessRules.Purpose.EXTERNAL);
        if (prefix != null && (policy == null || !policy.startsWith(prefix))) {
            return 200;
        }
        asked.add(rules.service().cluster());
        return authorizer.test(rules.service().cluster(), request) ? 200 : 403;
    }
}
