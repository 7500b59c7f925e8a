package dev.fairlead.agent.model.cluster;

import java.time.Duration;

/**
 * A group of endpoints that a route may name.
 *
 * @param name as routes name it; may carry a client scope after {@code @}
 * @param statName Istio's name of it, in stats
 * @param edsName by which {@link Discovery#EDS} endpoints come
 * @param protocol of HTTP connections; opaque ones do not care
 * @param maxConcurrentStreams on one HTTP/2 connection, at most; 0: as many as the endpoint allows
 * @param proxyProtocol what each connection begins with
 * @param policy how its endpoints are chosen, spared and connected to
 */
public record Cluster(
        String name,
        String statName,
        Discovery discovery,
        String edsName,
        LbPolicy lbPolicy,
        Duration connectTimeout,
        UpstreamTransport transport,
        HttpProtocol protocol,
        int maxConcurrentStreams,
        ProxyProtocol proxyProtocol,
        TrafficPolicy policy) {

    /** With Envoy's own policy. */
    public Cluster(
            String name,
            String statName,
            Discovery discovery,
            String edsName,
            LbPolicy lbPolicy,
            Duration connectTimeout,
            UpstreamTransport transport,
            HttpProtocol protocol,
            int maxConcurrentStreams,
            ProxyProtocol proxyProtocol) {
        this(
                name,
                statName,
                discovery,
                edsName,
                lbPolicy,
                connectTimeout,
                transport,
                protocol,
                maxConcurrentStreams,
                proxyProtocol,
                TrafficPolicy.DEFAULT);
    }

    /** Spoken to in HTTP/1.1, without a PROXY header. */
    public Cluster(
            String name,
            String statName,
            Discovery discovery,
            String edsName,
            LbPolicy lbPolicy,
            Duration connectTimeout,
            UpstreamTransport transport) {
        this(
                name,
                statName,
                discovery,
                edsName,
                lbPolicy,
                connectTimeout,
                transport,
                HttpProtocol.HTTP1,
                0,
                ProxyProtocol.NONE);
    }

    /** The same, with this policy. */
    public Cluster with(TrafficPolicy other) {
        return new Cluster(
                name,
                statName,
                discovery,
                edsName,
                lbPolicy,
                connectTimeout,
                transport,
                protocol,
                maxConcurrentStreams,
                proxyProtocol,
                other);
    }

    /** Where the endpoints come from. */
    public enum Discovery {
        /** By name, from the control plane. */
        EDS,
        /** The address that the caller asked for. */
        ORIGINAL_DESTINATION,
        /** None at all: a black hole. */
        EMPTY
    }

    /** How one of several endpoints is chosen. */
    public enum LbPolicy {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        RING_HASH,
        MAGLEV
    }
}
