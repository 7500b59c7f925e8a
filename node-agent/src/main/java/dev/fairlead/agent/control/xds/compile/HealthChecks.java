package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code config.core.v3.HealthCheck} to {@link HealthCheck}. */
final class HealthChecks {

    private static final int MAX_PAYLOAD = 4096; // hexadecimal digits; a greeting, not a file

    private HealthChecks() {}

    /** Null: none. Envoy takes no more than one, either. */
    static @Nullable HealthCheck compile(Cluster cluster) throws Refusal {
        if (cluster.getHealthChecksCount() == 0) {
            return null;
        }
        if (cluster.getHealthChecksCount() > 1) {
            throw At.ROOT.element("health_checks", 1).refuse("more than one");
        }
        if (cluster.getType() != Cluster.DiscoveryType.EDS) {
            throw At.ROOT.field("health_checks").refuse("of a cluster that is not EDS");
        }
        if (!cluster.getIgnoreHealthOnHostRemoval()) {
            throw At.ROOT
                    .field("ignore_health_on_host_removal")
                    .refuse("not true: endpoints that are gone are not kept");
        }
        return compile(cluster.getHealthChecks(0), At.ROOT.element("health_checks", 0));
    }

    private static HealthCheck compile(io.envoyproxy.envoy.config.core.v3.HealthCheck check, At at)
            throws Refusal {
        Duration interval = Values.positive(check.getInterval(), at.field("interval"));
        return new HealthCheck(
                Values.positive(check.getTimeout(), at.field("timeout")),
                interval,
                Values.duration(check.getIntervalJitter(), at.field("interval_jitter")),
                check.hasUnhealthyInterval()
                        ? Values.positive(
                                check.getUnhealthyInterval(), at.field("unhealthy_interval"))
                        : interval,
                threshold(
                        check.hasUnhealthyThreshold(),
                        check.getUnhealthyThreshold().getValue(),
                        at.field("unhealthy_threshold")),
                threshold(
                        check.hasHealthyThreshold(),
                        check.getHealthyThreshold().getValue(),
                        at.field("healthy_threshold")),
                !check.hasReuseConnection() || check.getReuseConnection().getValue(),
                kind(check, at));
    }

    private static int threshold(boolean given, int value, At at) throws Refusal {
        if (!given) {
            throw at.refuse("not set");
        }
        if (value < 0) {
            throw at.refuse(Integer.toUnsignedString(value) + " is not between 0 and 2^31-1");
        }
        return value;
    }

    private static Kind kind(io.envoyproxy.envoy.config.core.v3.HealthCheck check, At at)
            throws Refusal {
        return switch (check.getHealthCheckerCase()) {
            case HTTP_HEALTH_CHECK ->
                    http(check.getHttpHealthCheck(), at.field("http_health_check"));
            case TCP_HEALTH_CHECK -> tcp(check.getTcpHealthCheck(), at.field("tcp_health_check"));
            case GRPC_HEALTH_CHECK ->
                    new Kind.Grpc(
                            check.getGrpcHealthCheck().getServiceName(),
                            text(
                                    check.getGrpcHealthCheck().getAuthority(),
                                    at.field("grpc_health_check").field("authority")));
            default ->
                    throw at.refuse("no http_health_check, tcp_health_check or grpc_health_check");
        };
    }

    private static Kind http(HttpHealthCheck http, At at) throws Refusal {
        List<Kind.Statuses> expected = new ArrayList<>();
        for (int i = 0; i < http.getExpectedStatusesCount(); i++) {
            var range = http.getExpectedStatuses(i);
            if (range.getStart() < 100
                    || range.getEnd() > 600
                    || range.getStart() >= range.getEnd()) {
                throw at.element("expected_statuses", i)
                        .refuse(range.getStart() + " to " + range.getEnd());
            }
            expected.add(new Kind.Statuses((int) range.getStart(), (int) range.getEnd()));
        }
        return new Kind.Http(
                text(http.getHost(), at.field("host")),
                text(Values.notEmpty(http.getPath(), at.field("path")), at.field("path")),
                method(http.getMethod(), at.field("method")),
                expected.isEmpty() ? List.of(new Kind.Statuses(200, 201)) : expected,
                http2(http.getCodecClientType(), at.field("codec_client_type")));
    }

    private static String method(RequestMethod method, At at) throws Refusal {
        return switch (method) {
            case METHOD_UNSPECIFIED -> "GET";
            case CONNECT, UNRECOGNIZED -> throw at.refuse(method.name());
            default -> method.name();
        };
    }

    private static boolean http2(CodecClientType type, At at) throws Refusal {
        return switch (type) {
            case HTTP1 -> false;
            case HTTP2 -> true;
            default -> throw at.refuse(type + " is outside the profile");
        };
    }

    /** What is put into a request head as it is. */
    private static String text(String value, At at) throws Refusal {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) <= ' ' || value.charAt(i) >= 0x7f) {
                throw at.refuse("has a character that no request has there");
            }
        }
        return value;
    }

    private static Kind tcp(TcpHealthCheck tcp, At at) throws Refusal {
        List<String> receive = new ArrayList<>();
        for (int i = 0; i < tcp.getReceiveCount(); i++) {
            receive.add(payload(tcp.getReceive(i), at.element("receive", i)));
        }
        return new Kind.Tcp(
                tcp.hasSend() ? payload(tcp.getSend(), at.field("send")) : null, receive);
    }

    private static String payload(Payload payload, At at) throws Refusal {
        At textAt = at.field("text");
        String text = Values.notEmpty(payload.getText(), textAt);
        if (text.length() > MAX_PAYLOAD) {
            throw textAt.refuse(text.length() + " digits, of at most " + MAX_PAYLOAD);
        }
        try {
            HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw textAt.refuse("not hexadecimal");
        }
        return text;
    }
}
