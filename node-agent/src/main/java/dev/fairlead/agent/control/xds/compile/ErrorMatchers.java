package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.common.matcher.v3.HttpHeadersMatch;
import io.envoyproxy.envoy.config.common.matcher.v3.MatchPredicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code outlier_detection.error_matcher} of a cluster's HttpProtocolOptions: an exact {@code
 * :status}, or one of several.
 */
final class ErrorMatchers {

    private static final String FIELD = "typed_extension_protocol_options";
    private static final Pattern CODE = Pattern.compile("[1-5][0-9][0-9]");

    private ErrorMatchers() {}

    /** None: it does not say. */
    static List<Integer> statuses(Cluster cluster) throws Refusal {
        At at = At.ROOT.field(FIELD);
        List<Integer> statuses = new ArrayList<>();
        for (Any options : cluster.getTypedExtensionProtocolOptionsMap().values()) { // one at most
            var newer =
                    NewerFields.of(
                            Profile.typed(options, HttpProtocolOptions.class, at),
                            dev.fairlead.wire.v1.newer.HttpProtocolOptions.class,
                            at);
            if (newer.hasOutlierDetection()) {
                At matcherAt = at.field("outlier_detection").field("error_matcher");
                add(newer.getOutlierDetection().getErrorMatcher(), matcherAt, statuses);
            }
        }
        return statuses;
    }

    private static void add(ByteString bytes, At at, List<Integer> statuses) throws Refusal {
        MatchPredicate matcher;
        try {
            matcher = MatchPredicate.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw at.refuse("malformed: " + e.getMessage());
        }
        if (matcher.hasOrMatch()) {
            At setAt = at.field("or_match");
            List<MatchPredicate> rules = matcher.getOrMatch().getRulesList();
            if (rules.size() < 2) { // Envoy refuses it, too
                throw setAt.field("rules").refuse("fewer than two");
            }
            for (int i = 0; i < rules.size(); i++) {
                statuses.add(status(rules.get(i), setAt.element("rules", i)));
            }
        } else {
            statuses.add(status(matcher, at));
        }
    }

    private static int status(MatchPredicate matcher, At at) throws Refusal {
        HttpHeadersMatch headers = matcher.getHttpResponseHeadersMatch();
        String code =
                headers.getHeadersCount() == 1
                        ? headers.getHeaders(0).getStringMatch().getExact()
                        : "";
        if (!CODE.matcher(code).matches() || !matcher.equals(exactly(code))) {
            throw at.refuse("not an exact :status");
        }
        return Integer.parseInt(code);
    }

    private static MatchPredicate exactly(String code) {
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
}
