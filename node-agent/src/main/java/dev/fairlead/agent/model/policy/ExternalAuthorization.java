package dev.fairlead.agent.model.policy;

import dev.fairlead.agent.model.request.TextTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked whether a request may pass. Source: Envoy, ext_authz filter.
 *
 * @param policies prefix that the name of the policy must have by which shadow rules for external
 *     authorization matched the request; null: all requests are asked about
 * @param failOpen a request may pass where no answer comes
 * @param statusOnError of the answer where none comes and it may not
 * @param body what it is told of requests' bodies; null: nothing
 */
public record ExternalAuthorization(
        @Nullable String policies,
        Service service,
        boolean failOpen,
        int statusOnError,
        @Nullable Body body) {

    /** Without bodies. */
    public ExternalAuthorization(
            @Nullable String policies, Service service, boolean failOpen, int statusOnError) {
        this(policies, service, failOpen, statusOnError, null);
    }

    /**
     * How much of a body is read before it is asked.
     *
     * @param maxBytes what has more is refused, unless a part is enough
     * @param partial whether so many bytes are enough
     * @param asBytes whether they are sent as they are; else as text
     */
    public record Body(int maxBytes, boolean partial, boolean asBytes) {}

    /** How it is asked. */
    public sealed interface Service {

        String cluster();

        /** How long an answer is waited for. */
        Duration timeout();
    }

    /**
     * By a request like the one that is asked about.
     *
     * @param pathPrefix before the request's own path
     * @param headers of the request that are sent beside the method, path, host and authorization
     * @param more headers that are sent too
     * @param toUpstream headers of a good answer that the application sees
     * @param toClientOnSuccess headers of a good answer that the client sees
     * @param toClient headers of a refusal that the client sees; empty: all
     */
    public record Http(
            String cluster,
            Duration timeout,
            String pathPrefix,
            List<TextTest> headers,
            Map<String, String> more,
            List<TextTest> toUpstream,
            List<TextTest> toClientOnSuccess,
            List<TextTest> toClient)
            implements Service {
        public Http {
            headers = List.copyOf(headers);
            more = Map.copyOf(more);
            toUpstream = List.copyOf(toUpstream);
            toClientOnSuccess = List.copyOf(toClientOnSuccess);
            toClient = List.copyOf(toClient);
        }
    }

    /** By {@code envoy.service.auth.v3.Authorization/Check}. */
    public record Grpc(String cluster, Duration timeout, String authority) implements Service {}
}
