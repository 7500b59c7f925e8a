package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service that decides for policies with action CUSTOM.
 *
 * @param host its full name
 * @param timeout of one question
 * @param failOpen whether what it did not answer is let in
 * @param statusOnError of the answer to what it did not answer; 0: Envoy's, which is 403
 * @param body how much of a request's body it is sent; null: nothing
 */
public record ExtensionProvider(
        String name,
        String host,
        int port,
        Protocol protocol,
        Duration timeout,
        boolean failOpen,
        int statusOnError,
        @Nullable Body body) {

    public static final Duration USUAL_TIMEOUT = Duration.ofMinutes(10);

    /** How it is asked. */
    public sealed interface Protocol {

        /** By Envoy's {@code service.auth.v3.Authorization}. */
        record Grpc() implements Protocol {}

        /**
         * By a request like the one in question. Lists are of headers' names; {@code *} may stand
         * at an end.
         *
         * @param toProvider what it gets of the request's headers
         * @param added what it gets beside
         * @param toUpstream what the application gets of its answer, if that is yes
         * @param toClientOnDeny what the client gets of it; empty: all
         * @param toClientOnAllow what the client gets of it
         */
        record Http(
                String pathPrefix,
                List<String> toProvider,
                Map<String, String> added,
                List<String> toUpstream,
                List<String> toClientOnDeny,
                List<String> toClientOnAllow)
                implements Protocol {
            public Http {
                toProvider = List.copyOf(toProvider);
                added = Map.copyOf(added);
                toUpstream = List.copyOf(toUpstream);
                toClientOnDeny = List.copyOf(toClientOnDeny);
                toClientOnAllow = List.copyOf(toClientOnAllow);
            }
        }
    }

    /**
     * @param allowPartial whether a longer body is cut; else it is answered with 413
     * @param asBytes of gRPC: whether it need not be UTF-8
     */
    public record Body(int maxBytes, boolean allowPartial, boolean asBytes) {}

    /** Name of the cluster that leads to it. */
    public String cluster() {
        return "outbound|" + port + "||" + host;
    }
}
