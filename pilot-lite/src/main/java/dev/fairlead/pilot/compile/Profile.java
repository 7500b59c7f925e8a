package dev.fairlead.pilot.compile;

/** Versions of what agents understand, and what came with which. An agent says its own. */
public final class Profile {

    /** The newest that is served; a newer agent understands it too. */
    public static final int NEWEST = 8;

    /** Agents are told which pods to capture. */
    public static final int ENROLMENT = 2;

    /** A pod may be in another scope than its namespace's. */
    public static final int SCOPED_PODS = 2;

    /** HTTP/2 is HTTP; upgrades, CONNECT, and grpc-timeout. */
    public static final int HTTP2 = 3;

    /** Connections begin with PROXY headers where rules ask for it. */
    public static final int PROXY_PROTOCOL = 3;

    /** Traffic policy whole: what routes and clusters say beyond where to. */
    public static final int TRAFFIC_POLICY = 4;

    /** Endpoints that fail are left alone for a while. */
    public static final int OUTLIER_DETECTION = 5;

    /** Endpoints are asked how they are. */
    public static final int HEALTH_CHECKS = 5;

    /** Authentication and authorization of what enters pods. */
    public static final int SECURITY = 6;

    /** What policies decide is counted one by one; authorizers get bodies, and connections. */
    public static final int AUTHORIZERS = 7;

    /** What is told of who calls; revoked certificates; TLS that pods' clients originate. */
    public static final int IDENTITY = 7;

    /** What Istio's and Envoy's API of 2026 have beyond that: error codes, windows of budgets. */
    public static final int NEWER_FIELDS = 8;

    private Profile() {}
}
