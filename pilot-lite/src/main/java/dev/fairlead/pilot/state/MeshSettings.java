package dev.fairlead.pilot.state;

/**
 * Settings of the whole mesh, from ConfigMap {@code fairlead-system/mesh}.
 *
 * @param trustDomain first part of every SPIFFE ID; default {@code cluster.local}
 * @param rootNamespace whose DestinationRules and PeerAuthentications hold mesh-wide; default
 *     {@code istio-system}
 */
public record MeshSettings(Compat compat, String trustDomain, String rootNamespace, Egress egress) {

    public static final MeshSettings DEFAULT =
            new MeshSettings(Compat.MODERN, "cluster.local", "istio-system", Egress.ALLOW_ANY);

    /** Whose defaults hold where an object says nothing. */
    public enum Compat {
        MODERN,
        ISTIO_1_0
    }

    /** What becomes of traffic that no service matches. */
    public enum Egress {
        /** Passed on to its original destination. */
        ALLOW_ANY,
        /** HTTP 502, connections refused. */
        REGISTRY_ONLY,
        /** HTTP 404, connections refused: Istio 1.0. */
        NOT_FOUND
    }

    public boolean modern() {
        return compat == Compat.MODERN;
    }
}
