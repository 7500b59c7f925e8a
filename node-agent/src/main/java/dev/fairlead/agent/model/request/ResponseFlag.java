package dev.fairlead.agent.model.request;

/**
 * Why a connection or request ended as it did: exactly one for each. Envoy's letters where Envoy
 * has some, ours otherwise.
 *
 * <p>Source: Envoy, "Access logging", %RESPONSE_FLAGS%.
 */
public enum ResponseFlag {
    /** Ended as it should. */
    NONE("-", 0, ""),
    NO_HEALTHY_UPSTREAM("UH", 503, "no healthy upstream"),
    UPSTREAM_CONNECT_FAILURE(
            "UF",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: remote"
                    + " connection failure"),
    /** The upstream's certificate is not what it should be, or ours is not to it. */
    UPSTREAM_TLS_FAILURE(
            "UF",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: remote"
                    + " connection failure, transport failure reason: TLS_error"),
    /** No connection came about in the time that it may take. */
    UPSTREAM_CONNECT_TIMEOUT(
            "UF",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: connection"
                    + " timeout"),
    UPSTREAM_OVERFLOW(
            "UO",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: overflow"),
    NO_ROUTE("NR", 404, ""),
    NO_CLUSTER("NC", 503, ""),
    UPSTREAM_RETRY_LIMIT("URX", 503, "upstream retry limit exceeded"),
    UPSTREAM_TIMEOUT("UT", 504, "upstream request timeout"),
    UPSTREAM_CLOSED(
            "UC",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: connection"
                    + " termination"),
    /** The upstream reset the stream. */
    UPSTREAM_RESET(
            "UR",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: remote"
                    + " reset"),
    /** The upstream reset the stream and had done nothing for it. */
    UPSTREAM_REFUSED(
            "UR",
            503,
            "upstream connect error or disconnect/reset before headers. reset reason: remote"
                    + " refused stream reset"),
    /** The upstream's answer broke the protocol. */
    UPSTREAM_PROTOCOL_ERROR(
            "UPE",
            502,
            "upstream connect error or disconnect/reset before headers. reset reason: protocol"
                    + " error"),
    /** Nothing moved for too long. */
    STREAM_IDLE_TIMEOUT("SI", 504, "stream timeout"),
    DOWNSTREAM_CLOSED("DC", 0, ""),
    /** The connection had lived as long as it may. */
    DURATION_TIMEOUT("DT", 0, ""),
    DOWNSTREAM_PROTOCOL_ERROR("DPE", 400, ""),
    DELAY_INJECTED("DI", 0, ""),
    FAULT_INJECTED("FI", 0, "fault filter abort"),
    RATE_LIMITED("RL", 429, "local_rate_limited"),
    UNAUTHORIZED_EXTERNAL("UAEX", 403, ""),
    LOCAL_RESET("LR", 503, ""),
    /** Refused by an authorization policy; Envoy prints no flag for it. */
    RBAC("RBAC", 403, "RBAC: access denied"),
    /** Without the end user's token that it needs; Envoy prints no flag for it. */
    UNAUTHENTICATED("AUTHN", 401, "Jwt is missing"),
    /** The pod's certificate or configuration is not there yet. */
    NOT_READY("NRDY", 503, "workload identity is not ready"),
    /** A downstream handshake that failed: no certificate, a wrong one, or no TLS at all. */
    TLS_FAILURE("TLS", 0, "");

    private final String letters;
    private final int status;
    private final String body;

    ResponseFlag(String letters, int status, String body) {
        this.letters = letters;
        this.status = status;
        this.body = body;
    }

    /** As access logs and metrics print it. */
    public String letters() {
        return letters;
    }

    /** The HTTP status that answers a request which ends so before a response began; 0 for none. */
    public int status() {
        return status;
    }

    /** The plain-text body that goes with {@link #status}. */
    public String body() {
        return body;
    }
}
