package dev.fairlead.pilot.generate;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.fairlead.wire.v1.newer.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.common.matcher.v3.HttpHeadersMatch;
import io.envoyproxy.envoy.config.common.matcher.v3.MatchPredicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.List;

/** Writes fields that Envoy has and the generated types have not: {@code newer.proto}. */
final class NewerFields {

    private NewerFields() {}

    /** {@code budget_interval}. */
    static void setInterval(Thresholds.RetryBudget.Builder budget, Duration interval) {
        add(
                budget,
                RetryBudget.newBuilder()
                        .setBudgetInterval(Protos.millis(interval.toMillis()))
                        .build());
    }

    /** {@code outlier_detection.error_matcher}: one of these statuses. */
    static void setErrors(HttpProtocolOptions.Builder options, List<Integer> statuses) {
        MatchPredicate matcher;
        if (statuses.size() == 1) {
            matcher = status(statuses.getFirst());
        } else {
            var any = MatchPredicate.MatchSet.newBuilder();
            statuses.forEach(status -> any.addRules(status(status)));
            matcher = MatchPredicate.newBuilder().setOrMatch(any).build();
        }
        add(
                options,
                dev.fairlead.wire.v1.newer.HttpProtocolOptions.newBuilder()
                        .setOutlierDetection(
                                dev.fairlead.wire.v1.newer.HttpProtocolOptions.OutlierDetection
                                        .newBuilder()
                                        .setErrorMatcher(matcher.toByteString()))
                        .build());
    }

    private static MatchPredicate status(int status) {
        return MatchPredicate.newBuilder()
                .setHttpResponseHeadersMatch(
                        HttpHeadersMatch.newBuilder()
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName(":status")
                                                .setStringMatch(
                                                        StringMatcher.newBuilder()
                                                                .setExact(String.valueOf(status)))))
                .build();
    }

    private static void add(Message.Builder to, Message newer) {
        try {
            to.mergeFrom(newer.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e); // it was written just now
        }
    }
}
