package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.request.PathNormalization;
import java.time.Duration;
import java.util.List;

/**
 * What else an HTTP filter does with all its requests. Source: Envoy, HttpConnectionManager.
 *
 * @param cors whether routes' cross-origin rules are in force
 * @param faults whether routes' faults are
 * @param via appended to that header of requests and responses; empty: nothing
 * @param generateRequestId whether requests without an ID get one
 * @param requestIdInResponse whether the client sees it
 * @param streamIdleTimeout of requests on which nothing moves; zero: none
 * @param checks what requests must pass before they are routed on, in order
 * @param paths how paths are written, before anything is decided
 * @param clientCert what is told of who calls; of listeners that let in
 */
public record HttpManager(
        boolean cors,
        boolean faults,
        String serverName,
        ServerHeader serverHeader,
        String via,
        boolean generateRequestId,
        boolean requestIdInResponse,
        Duration streamIdleTimeout,
        List<HttpFilter> checks,
        PathNormalization paths,
        ForwardClientCert clientCert) {

    /** Of listeners that say nothing. */
    public static final Duration STREAM_IDLE_TIMEOUT = Duration.ofMinutes(5);

    public HttpManager {
        checks = List.copyOf(checks);
    }

    public HttpManager(
            boolean cors,
            boolean faults,
            String serverName,
            ServerHeader serverHeader,
            String via,
            boolean generateRequestId,
            boolean requestIdInResponse,
            Duration streamIdleTimeout) {
        this(
                cors,
                faults,
                serverName,
                serverHeader,
                via,
                generateRequestId,
                requestIdInResponse,
                streamIdleTimeout,
                List.of(),
                PathNormalization.NONE,
                ForwardClientCert.DEFAULT);
    }

    /** The same, with what requests must pass. */
    public HttpManager checking(List<HttpFilter> filters) {
        return new HttpManager(
                cors,
                faults,
                serverName,
                serverHeader,
                via,
                generateRequestId,
                requestIdInResponse,
                streamIdleTimeout,
                filters,
                paths,
                clientCert);
    }

    /** The same, with paths written so. */
    public HttpManager normalizing(PathNormalization how) {
        return new HttpManager(
                cors,
                faults,
                serverName,
                serverHeader,
                via,
                generateRequestId,
                requestIdInResponse,
                streamIdleTimeout,
                checks,
                how,
                clientCert);
    }

    /** The same, with that told of who calls. */
    public HttpManager forwarding(ForwardClientCert told) {
        return new HttpManager(
                cors,
                faults,
                serverName,
                serverHeader,
                via,
                generateRequestId,
                requestIdInResponse,
                streamIdleTimeout,
                checks,
                paths,
                told);
    }

    public static final HttpManager DEFAULT =
            new HttpManager(
                    false,
                    false,
                    "envoy",
                    ServerHeader.OVERWRITE,
                    "",
                    true,
                    false,
                    STREAM_IDLE_TIMEOUT);

    /** What becomes of the {@code server} header of responses. */
    public enum ServerHeader {
        OVERWRITE,
        APPEND_IF_ABSENT,
        PASS_THROUGH
    }
}
