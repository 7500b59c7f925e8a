package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.authz.AuthorizationCall;
import dev.fairlead.agent.data.authz.CheckedBody;
import dev.fairlead.agent.data.authz.GrpcQuestion;
import dev.fairlead.agent.data.authz.HttpQuestion;
import dev.fairlead.agent.data.authz.Question;
import dev.fairlead.agent.data.authz.Verdict;
import dev.fairlead.agent.data.policy.CheckedRequest;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An external authorizer: a request that it is asked about waits for what it says. */
final class ExternalStage implements RequestStage {

    private final ExternalAuthorization filter;
    private final HttpRouter router;
    private final Facts facts;

    /**
     * @param facts of the connection that the requests come by
     */
    ExternalStage(ExternalAuthorization filter, HttpRouter router, Facts facts) {
        this.filter = filter;
        this.router = router;
        this.facts = facts;
    }

    @Override
    public boolean passes(HttpExchange exchange) {
        CheckedRequest checked = exchange.checked(facts);
        if (!asks(checked)) {
            exchange.counters().inc(HttpStat.EXT_AUTHZ_DISABLED);
            return true;
        }
        ExternalAuthorization.Body wanted = filter.body();
        if (wanted == null || !exchange.hasBody()) {
            return ask(exchange, checked, null);
        }
        exchange.waits();
        exchange.awaitBody(
                wanted,
                () -> {
                    CheckedBody body = exchange.body(wanted);
                    boolean none =
                            body.isEmpty()
                                    && !HttpUtil.isTransferEncodingChunked(exchange.request());
                    if (ask(exchange, checked, none ? null : body)) {
                        exchange.goOn();
                    }
                });
        return false;
    }

    private boolean ask(HttpExchange exchange, CheckedRequest checked, @Nullable CheckedBody body) {
        PodCluster cluster = router.cluster(filter.service().cluster());
        if (cluster == null) {
            return heard(exchange, new Verdict.Failed());
        }
        Waiting waiting = new Waiting(exchange);
        AuthorizationCall call =
                new AuthorizationCall(cluster, question(exchange, checked, body), waiting::hear);
        call.begin(router.plainPick(), exchange.loop(), filter.service().timeout());
        return waiting.passedAtOnce(call);
    }

    private boolean asks(CheckedRequest checked) {
        String prefix = filter.policies();
        if (prefix == null) {
            return true;
        }
        String policy = checked.shadowPolicy(AccessRules.Purpose.EXTERNAL);
        return policy != null && policy.startsWith(prefix);
    }

    private Question question(
            HttpExchange exchange, CheckedRequest checked, @Nullable CheckedBody body) {
        HttpRequest about = exchange.request();
        return switch (filter.service()) {
            case ExternalAuthorization.Http http -> new HttpQuestion(http, about, body);
            case ExternalAuthorization.Grpc grpc ->
                    GrpcQuestion.ofRequest(
                            grpc,
                            checked,
                            about,
                            body,
                            exchange.sourcePort(),
                            checked.principal() == null ? null : router.podIdentity(),
                            Instant.now());
        };
    }

    /** The answer, which may come at once or later. */
    private final class Waiting {

        private final HttpExchange exchange;
        private @Nullable Verdict early;
        private boolean later;

        Waiting(HttpExchange exchange) {
            this.exchange = exchange;
        }

        void hear(Verdict verdict) {
            if (!later) {
                early = verdict;
            } else if (!exchange.ended() && heard(exchange, verdict)) {
                exchange.goOn();
            }
        }

        boolean passedAtOnce(AuthorizationCall call) {
            Verdict known = early;
            if (known != null) {
                return heard(exchange, known);
            }
            later = true;
            exchange.waits();
            exchange.atEnd(call::abort);
            return false;
        }
    }

    /** Whether the request goes on; if not, it was answered. */
    private boolean heard(HttpExchange exchange, Verdict verdict) {
        switch (verdict) {
            case Verdict.Allowed allowed -> {
                exchange.counters().inc(HttpStat.EXT_AUTHZ_OK);
                edit(exchange.request().headers(), allowed);
                if (!allowed.answer().isEmpty()) {
                    exchange.answerBrings(headers(allowed.answer()));
                }
                return true;
            }
            case Verdict.Refused(
                            int status,
                            List<Map.Entry<String, String>> headers,
                            String body) -> {
                exchange.counters().inc(HttpStat.EXT_AUTHZ_DENIED);
                exchange.answer(
                        LocalAnswer.of(status, body)
                                .with(headers(headers))
                                .because("ext_authz_denied"),
                        ResponseFlag.UNAUTHORIZED_EXTERNAL);
                return false;
            }
            case Verdict.Failed() -> {
                exchange.counters().inc(HttpStat.EXT_AUTHZ_ERROR);
                if (filter.failOpen()) {
                    exchange.counters().inc(HttpStat.EXT_AUTHZ_FAILURE_MODE_ALLOWED);
                    return true;
                }
                exchange.answer(
                        LocalAnswer.of(filter.statusOnError(), "").because("ext_authz_error"),
                        ResponseFlag.UNAUTHORIZED_EXTERNAL);
                return false;
            }
        }
    }

    private static void edit(HttpHeaders request, Verdict.Allowed allowed) {
        allowed.set().forEach(each -> request.remove(each.getKey()));
        allowed.set().forEach(each -> request.add(each.getKey(), each.getValue()));
        for (Map.Entry<String, String> each : allowed.append()) {
            String before = request.get(each.getKey());
            request.set(
                    each.getKey(),
                    before == null ? each.getValue() : before + "," + each.getValue());
        }
        allowed.remove().forEach(request::remove);
    }

    private static HttpHeaders headers(List<Map.Entry<String, String>> entries) {
        HttpHeaders headers = new DefaultHttpHeaders();
        entries.forEach(each -> headers.add(each.getKey(), each.getValue()));
        return headers;
    }
}
