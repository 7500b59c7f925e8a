package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import dev.fairlead.pilot.state.HealthCheck.Check;
import dev.fairlead.pilot.state.HealthCheck.Question;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes how a cluster's endpoints are asked. */
final class HealthChecks {

    private HealthChecks() {}

    /**
     * Endpoints that are gone are gone, as without checks: Envoy would keep them for as long as
     * they answer.
     *
     * @param service name of the Service, which is asked for
     */
    static void add(Cluster.Builder cluster, Check view, String service) {
        var check =
                HealthCheck.newBuilder()
                        .setTimeout(Protos.millis(view.timeout().toMillis()))
                        .setInterval(Protos.millis(view.interval().toMillis()))
                        .setUnhealthyInterval(Protos.millis(view.unhealthyInterval().toMillis()))
                        .setUnhealthyThreshold(Protos.number(view.unhealthyThreshold()))
                        .setHealthyThreshold(Protos.number(view.healthyThreshold()));
        if (!view.jitter().isZero()) {
            check.setIntervalJitter(Protos.millis(view.jitter().toMillis()));
        }
        switch (view.question()) {
            case Question.Http http -> check.setHttpHealthCheck(http(http, service));
            case Question.Tcp tcp ->
                    // an old connection says nothing of whether there could be a new one
                    check.setTcpHealthCheck(tcp(tcp)).setReuseConnection(BoolValue.of(false));
            case Question.Grpc(String of, String authority) ->
                    check.setGrpcHealthCheck(
                            GrpcHealthCheck.newBuilder()
                                    .setServiceName(of)
                                    .setAuthority(authority.isEmpty() ? service : authority));
        }
        cluster.addHealthChecks(check).setIgnoreHealthOnHostRemoval(true);
    }

    private static HttpHealthCheck http(Question.Http view, String service) {
        var http =
                HttpHealthCheck.newBuilder()
                        .setHost(view.host().isEmpty() ? service : view.host())
                        .setPath(view.path())
                        .setMethod(RequestMethod.valueOf(view.method()))
                        .setCodecClientType(
                                view.http2() ? CodecClientType.HTTP2 : CodecClientType.HTTP1);
        view.expected()
                .forEach(range ->
                        http.addExpectedStatuses(
                                Int64Range.newBuilder()
                                        .setStart(range.start())
                                        .setEnd(range.end())));
        return http.build();
    }

    private static TcpHealthCheck tcp(Question.Tcp view) {
        var tcp = TcpHealthCheck.newBuilder();
        if (view.send() != null) {
            tcp.setSend(hex(view.send()));
        }
        view.receive().forEach(piece -> tcp.addReceive(hex(piece)));
        return tcp.build();
    }

    private static Payload hex(String text) {
        return Payload.newBuilder()
                .setText(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)))
                .build();
    }
}
