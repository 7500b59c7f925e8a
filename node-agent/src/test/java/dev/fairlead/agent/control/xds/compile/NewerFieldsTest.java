package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.fairlead.agent.control.xds.testing.PoolSamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import dev.fairlead.wire.v1.newer.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.common.matcher.v3.HttpHeadersMatch;
import io.envoyproxy.envoy.config.common.matcher.v3.MatchPredicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Fields that stand in unknown fields of the generated types. */
class NewerFieldsTest {

    private static void add(Message.Builder to, ByteString newer) {
        try {
            to.mergeFrom(newer);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Cluster.Builder budget(Cluster.Builder cluster, ByteString newer) {
        var breakers = cluster.getCircuitBreakersBuilder();
        if (breakers.getThresholdsCount() == 0) {
            breakers.addThresholdsBuilder();
        }
        add(breakers.getThresholdsBuilder(0).getRetryBudgetBuilder(), newer);
        return cluster;
    }

    private static ByteString interval(long seconds) {
        return RetryBudget.newBuilder()
                .setBudgetInterval(Duration.newBuilder().setSeconds(seconds))
                .build()
                .toByteString();
    }

    private static MatchPredicate status(String code) {
        return MatchPredicate.newBuilder()
                .setHttpResponseHeadersMatch(
                        HttpHeadersMatch.newBuilder()
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName(":status")
                                                .setStringMatch(
                                                        StringMatcher.newBuilder().setExact(code))))
                .build();
    }

    private static MatchPredicate any(MatchPredicate... some) {
        var set = MatchPredicate.MatchSet.newBuilder().addAllRules(List.of(some));
        return MatchPredicate.newBuilder().setOrMatch(set).build();
    }

    private static Cluster.Builder errors(ByteString matcher) {
        HttpProtocolOptions.Builder options = Wire.http2(7).toBuilder();
        var newer =
                dev.fairlead.wire.v1.newer.HttpProtocolOptions.newBuilder()
                        .setOutlierDetection(
                                dev.fairlead.wire.v1.newer.HttpProtocolOptions.OutlierDetection
                                        .newBuilder()
                                        .setErrorMatcher(matcher));
        add(options, newer.build().toByteString());
        Cluster.Builder cluster = Wire.speaking("c", options.build());
        cluster.getOutlierDetectionBuilder();
        return cluster;
    }

    private static String refusal(Cluster.Builder cluster) {
        return CompileTesting.refusal(compile(new ClusterCompiler(), cluster.build()));
    }

    private static List<Integer> statuses(MatchPredicate matcher) {
        OutlierDetection outliers =
                good(compile(new ClusterCompiler(), errors(matcher.toByteString()).build()))
                        .policy()
                        .outliers();
        return Objects.requireNonNull(outliers).errorStatuses();
    }

    @Test
    void aBudgetHasAnInterval() {
        Cluster cluster = budget(Wire.eds("c"), interval(10)).build();
        assertThat(good(compile(new ClusterCompiler(), cluster)).policy().breakers().retryBudget())
                .isEqualTo(
                        new dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget(
                                20, 3, java.time.Duration.ofSeconds(10)));
        Cluster none = budget(Wire.eds("c"), interval(0)).build();
        assertThat(good(compile(new ClusterCompiler(), none)).policy().breakers().retryBudget())
                .isEqualTo(new dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget(20, 3));
    }

    @Test
    void whatCannotBeIsRefused() {
        String at = "circuit_breakers.thresholds[0].retry_budget";
        assertThat(refusal(budget(Wire.eds("c"), interval(-1))))
                .startsWith(at + ".budget_interval:");
        assertThat(refusal(budget(PoolSamples.limited("c"), interval(1))))
                .isEqualTo(at + ".budget_interval: stands beside node_wide_limits");
        var other =
                UnknownFieldSet.newBuilder()
                        .addField(4, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        assertThat(refusal(budget(Wire.eds("c"), other.toByteString())))
                .isEqualTo(at + ": field number 4 is outside the profile");
        var malformed =
                UnknownFieldSet.newBuilder()
                        .addField(
                                3,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("\377"))
                                        .build())
                        .build();
        assertThat(refusal(budget(Wire.eds("c"), malformed.toByteString())))
                .startsWith(at + ": malformed");
    }

    @Test
    void errorsAreOneStatusOrOneOfSeveral() {
        assertThat(statuses(status("429"))).containsExactly(429);
        assertThat(statuses(any(status("429"), status("503")))).containsExactly(429, 503);
    }

    @Test
    void otherMatchersAreRefused() {
        MatchPredicate inverted = MatchPredicate.newBuilder().setNotMatch(status("429")).build();
        var header = status("429").toBuilder();
        header.getHttpResponseHeadersMatchBuilder().getHeadersBuilder(0).setName("x");
        for (MatchPredicate other :
                List.of(
                        MatchPredicate.getDefaultInstance(),
                        inverted,
                        header.build(),
                        status("600"),
                        status("4290"),
                        any(status("429"), inverted),
                        any(status("429")),
                        any(any(status("429"), status("430")), status("431")))) {
            assertThat(refusal(errors(other.toByteString())))
                    .contains("outlier_detection.error_matcher");
        }
    }

    @Property(tries = 500)
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
        var _ = compile(new ClusterCompiler(), errors(ByteString.copyFrom(bytes)).build());
    }
}
