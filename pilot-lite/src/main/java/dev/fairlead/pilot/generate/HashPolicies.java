package dev.fairlead.pilot.generate;

import com.google.protobuf.UInt64Value;
import dev.fairlead.pilot.state.ConsistentHash;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.MaglevLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;

/** Writes what is hashed, and how an endpoint is found by it. */
final class HashPolicies {

    private HashPolicies() {}

    static HashPolicy route(ConsistentHash.Key key) {
        var policy = HashPolicy.newBuilder();
        switch (key) {
            case ConsistentHash.Key.Header(String name) ->
                    policy.setHeader(HashPolicy.Header.newBuilder().setHeaderName(name));
            case ConsistentHash.Key.Cookie cookie -> policy.setCookie(cookie(cookie));
            case ConsistentHash.Key.SourceIp() ->
                    policy.setConnectionProperties(
                            HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true));
            case ConsistentHash.Key.Query(String name) ->
                    policy.setQueryParameter(HashPolicy.QueryParameter.newBuilder().setName(name));
        }
        return policy.build();
    }

    private static HashPolicy.Cookie cookie(ConsistentHash.Key.Cookie view) {
        var cookie = HashPolicy.Cookie.newBuilder().setName(view.name()).setPath(view.path());
        if (view.ttl() != null) {
            cookie.setTtl(Protos.millis(view.ttl().toMillis()));
        }
        for (ConsistentHash.Attribute attribute : view.attributes()) {
            cookie.addAttributes(
                    HashPolicy.CookieAttribute.newBuilder()
                            .setName(attribute.name())
                            .setValue(attribute.value()));
        }
        return cookie.build();
    }

    static void set(Cluster.Builder cluster, ConsistentHash hash) {
        UInt64Value size = UInt64Value.of(hash.size());
        switch (hash.algorithm()) {
            case RING -> {
                cluster.setLbPolicy(LbPolicy.RING_HASH);
                if (hash.size() > 0) {
                    cluster.setRingHashLbConfig(
                            RingHashLbConfig.newBuilder().setMinimumRingSize(size));
                }
            }
            case MAGLEV -> {
                cluster.setLbPolicy(LbPolicy.MAGLEV);
                if (hash.size() > 0) {
                    cluster.setMaglevLbConfig(MaglevLbConfig.newBuilder().setTableSize(size));
                }
            }
        }
    }
}
