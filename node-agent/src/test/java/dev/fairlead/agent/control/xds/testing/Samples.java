package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Message;
import dev.fairlead.wire.v1.workload.Enrolment;
import dev.fairlead.wire.v1.workload.Exclusions;
import java.util.ArrayList;
import java.util.List;

/** Good resources which together set every field of the profile. */
public final class Samples {

    private Samples() {}

    public static List<Message> listeners() {
        return List.of(
                Wire.outbound("default", "outbound|9080|default", "db").build(),
                RouteSamples.managed("managed", "outbound|9080|default").build(),
                Wire.tunnelled("tunnelled", "db.example.com:5432").build(),
                Wire.inbound("uid-1").build(),
                CheckSamples.inbound("uid-4"),
                CheckSamples.guarded("uid-5"),
                CheckSamples.external("uid-6"),
                TokenSamples.inbound("uid-7"),
                ProxySamples.inbound("uid-2", 80).build(),
                ProxySamples.inbound("uid-3", 80, 90).build());
    }

    public static List<Message> routes() {
        return List.of(
                Wire.allRoutes("r").build(),
                Wire.routes("s", "c"),
                CheckSamples.routes("c"),
                RouteSamples.policies("p").build());
    }

    public static List<Message> clusters() {
        List<Message> clusters = new ArrayList<>(BalanceSamples.clusters());
        clusters.addAll(plainClusters());
        return clusters;
    }

    private static List<Message> plainClusters() {
        return List.of(
                Wire.autoTls("auto").build(),
                Wire.eds("mutual").setTransportSocket(Wire.clientTls()).build(),
                Wire.speaking("one", Wire.http1()).build(),
                Wire.speaking("two", Wire.http2(100)).build(),
                Wire.speaking("either", Wire.asDownstream(9)).build(),
                Wire.passthrough().build(),
                Wire.blackHole().build(),
                ProxySamples.autoTls("proxied").build(),
                TlsSamples.byHost("by-host", TlsSamples.knownBy("file-root:system").build())
                        .build(),
                TlsSamples.unverified("anybody").build(),
                PoolSamples.limited("limited").build(),
                PoolSamples.kept("kept").build());
    }

    public static List<Message> endpoints() {
        return List.of(
                Wire.endpoints("c", "198.18.1.10", "2001:db8::1").build(),
                BalanceSamples.endpoints());
    }

    public static List<Message> workloads() {
        return List.of(
                Wire.workload("uid-1", "198.18.1.10")
                        .setEnrolled(true)
                        .setLeftAlone("sidecar")
                        .setScope("default/own")
                        .setIsolated(true)
                        .setPlaintext(true)
                        .addOtherwisePorts(8080)
                        .addTrustDomainAliases("old.example.com")
                        .setExclusions(
                                Exclusions.newBuilder()
                                        .addInboundPorts(22)
                                        .addOutboundPorts(53)
                                        .addOutboundCidrs("10.0.0.0/8"))
                        .build());
    }

    public static List<Message> enrolments() {
        return List.of(Enrolment.newBuilder().addNamespaces("default").build());
    }
}
