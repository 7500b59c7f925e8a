package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.fairlead.pilot.compile.RetryPolicy;
import dev.fairlead.pilot.compile.RouteTable.Copy;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HttpPolicy.Cors;
import dev.fairlead.pilot.state.HttpPolicy.Fault;
import dev.fairlead.pilot.state.Share;
import dev.fairlead.pilot.state.StringMatch;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryPriority;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.util.List;

/** Writes what a route does to requests beside sending them on. */
final class RoutePolicies {

    private static final RetryHostPredicate OTHER_HOSTS =
            RetryHostPredicate.newBuilder()
                    .setName("envoy.retry_host_predicates.previous_hosts")
                    .setTypedConfig(Protos.pack(PreviousHostsPredicate.getDefaultInstance()))
                    .build();

    /** After two tries, as in Istio. */
    private static final RetryPriority OTHER_LOCALITIES =
            RetryPriority.newBuilder()
                    .setName("envoy.retry_priorities.previous_priorities")
                    .setTypedConfig(
                            Protos.pack(
                                    PreviousPrioritiesConfig.newBuilder()
                                            .setUpdateFrequency(2)
                                            .build()))
                    .build();

    private static final FractionalPercent ALWAYS =
            FractionalPercent.newBuilder().setNumerator(100).build();

    private RoutePolicies() {}

    static io.envoyproxy.envoy.config.route.v3.RetryPolicy retries(RetryPolicy view) {
        var policy =
                io.envoyproxy.envoy.config.route.v3.RetryPolicy.newBuilder()
                        .setRetryOn(view.on())
                        .setNumRetries(Protos.number(view.retries()))
                        .addAllRetriableStatusCodes(view.statuses())
                        .setHostSelectionRetryMaxAttempts(view.hostPicks());
        if (view.perTryTimeout() != null) {
            policy.setPerTryTimeout(Protos.millis(view.perTryTimeout().toMillis()));
        }
        if (view.otherHosts()) {
            policy.addRetryHostPredicate(OTHER_HOSTS);
        }
        if (view.otherLocalities()) {
            policy.setRetryPriority(OTHER_LOCALITIES);
        }
        if (view.backoff() != null) {
            policy.setRetryBackOff(
                    RetryBackOff.newBuilder()
                            .setBaseInterval(Protos.millis(view.backoff().toMillis())));
        }
        return policy.build();
    }

    static RequestMirrorPolicy mirror(Copy copy) {
        return RequestMirrorPolicy.newBuilder()
                .setCluster(copy.cluster())
                .setRuntimeFraction(
                        RuntimeFractionalPercent.newBuilder().setDefaultValue(share(copy.share())))
                .build();
    }

    static List<HeaderValueOption> added(HeaderChanges.Side side) {
        return side.add().stream().map(RoutePolicies::added).toList();
    }

    private static HeaderValueOption added(HeaderChanges.Entry entry) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(entry.name()).setValue(entry.value()))
                .setAppendAction(
                        entry.overwrite()
                                ? HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
                                : HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD)
                .build();
    }

    static Message fault(Fault view) {
        var fault = HTTPFault.newBuilder();
        if (view.delay() != null) {
            fault.setDelay(
                    FaultDelay.newBuilder()
                            .setFixedDelay(Protos.millis(view.delay().fixed().toMillis()))
                            .setPercentage(share(view.delay().share())));
        }
        if (view.abort() != null) {
            var abort = FaultAbort.newBuilder().setPercentage(share(view.abort().share()));
            if (view.abort().grpcStatus() >= 0) {
                abort.setGrpcStatus(view.abort().grpcStatus());
            } else {
                abort.setHttpStatus(view.abort().httpStatus());
            }
            fault.setAbort(abort);
        }
        return fault.build();
    }

    static Message cors(Cors view) {
        var cors =
                CorsPolicy.newBuilder()
                        .setFilterEnabled(
                                RuntimeFractionalPercent.newBuilder().setDefaultValue(ALWAYS))
                        .setForwardNotMatchingPreflights(BoolValue.of(view.forwardUnmatched()))
                        .setAllowMethods(String.join(",", view.methods()))
                        .setAllowHeaders(String.join(",", view.headers()))
                        .setExposeHeaders(String.join(",", view.exposed()));
        for (StringMatch origin : view.origins()) {
            cors.addAllowOriginStringMatch(Protos.string(origin));
        }
        if (view.maxAgeSeconds() >= 0) {
            cors.setMaxAge(Long.toString(view.maxAgeSeconds()));
        }
        if (view.credentials() != null) {
            cors.setAllowCredentials(BoolValue.of(view.credentials()));
        }
        return cors.build();
    }

    private static FractionalPercent share(Share share) {
        return FractionalPercent.newBuilder()
                .setNumerator(share.millionths())
                .setDenominator(DenominatorType.MILLION)
                .build();
    }
}
