package dev.fairlead.agent.data.http;

import io.netty.util.AsciiString;

/** Names that Netty's own list lacks. */
public final class HeaderNames {

    public static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");
    public static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    public static final AsciiString X_FORWARDED_CLIENT_CERT =
            AsciiString.cached("x-forwarded-client-cert");
    public static final AsciiString X_ENVOY_UPSTREAM_SERVICE_TIME =
            AsciiString.cached("x-envoy-upstream-service-time");
    public static final AsciiString X_ENVOY_ATTEMPT_COUNT =
            AsciiString.cached("x-envoy-attempt-count");
    public static final AsciiString X_ENVOY_EXPECTED_RQ_TIMEOUT_MS =
            AsciiString.cached("x-envoy-expected-rq-timeout-ms");
    public static final AsciiString X_ENVOY_OVERLOADED = AsciiString.cached("x-envoy-overloaded");
    public static final AsciiString X_ENVOY_INTERNAL = AsciiString.cached("x-envoy-internal");
    public static final AsciiString X_ENVOY_ORIGINAL_HOST =
            AsciiString.cached("x-envoy-original-host");
    public static final AsciiString X_ENVOY_ORIGINAL_PATH =
            AsciiString.cached("x-envoy-original-path");
    public static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    public static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");

    private HeaderNames() {}
}
