package dev.fairlead.agent.model.cluster;

/** How the connections of a cluster are secured. */
public sealed interface UpstreamTransport {

    /** Not at all. */
    record Plaintext() implements UpstreamTransport {}

    /** mTLS with the calling pod's SVID, always. */
    record Mutual(UpstreamTls tls) implements UpstreamTransport {}

    /** mTLS to endpoints that speak it, plaintext to others (auto-mTLS). */
    record Auto(UpstreamTls tls) implements UpstreamTransport {}

    /** TLS as a rule says, which is not the mesh's. */
    record Originated(TlsOrigination tls) implements UpstreamTransport {}
}
