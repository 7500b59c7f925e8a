package dev.fairlead.agent.model.policy;

import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What access rules and rate limits may ask of one request. Nothing of it is what the caller says
 * of itself, but for the request's own head.
 */
public interface RequestFacts {

    RequestView request();

    /** Where the connection comes from. */
    InetAddress source();

    /** What the caller asked for. */
    InetAddress destination();

    int destinationPort();

    /** Where the request comes from: what the proxy before us says, else {@link #source}. */
    default InetAddress remote() {
        return source();
    }

    /** Name that TLS asked for; empty: none. */
    String serverName();

    /** SPIFFE ID that mTLS has proven; null: none. */
    @Nullable String principal();

    /** Claims of the tokens that were verified, as JSON; null: none was. */
    default @Nullable Map<String, Object> tokenPayload() {
        return null;
    }

    /** What the control plane knows of the caller, by identity and address; null: nothing. */
    @Nullable Workload peer();
}
