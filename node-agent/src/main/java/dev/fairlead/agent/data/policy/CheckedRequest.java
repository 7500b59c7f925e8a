package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.data.http.ForwardedFor;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as its checks see it, and what the earlier ones have found out for the later.
 *
 * <p>Owner: its exchange.
 */
public final class CheckedRequest implements RequestFacts {

    private final RequestFacts connection;
    private final RequestView request;
    private @Nullable InetAddress remote;
    private @Nullable Map<String, Object> tokenPayload;
    private @Nullable Map<String, String> shadowPolicies;

    /**
     * @param connection that it came by
     */
    public CheckedRequest(RequestFacts connection, RequestView request) {
        this.connection = connection;
        this.request = request;
    }

    /** These claims were verified. */
    public void proven(Map<String, Object> claims) {
        tokenPayload = claims;
    }

    /** Shadow rules of this prefix have matched it by this policy. */
    void shadowed(String prefix, String policy) {
        Map<String, String> known = shadowPolicies;
        if (known == null) {
            known = new HashMap<>(4);
            shadowPolicies = known;
        }
        known.put(prefix, policy);
    }

    /** The policy by which shadow rules for this have matched it; null: none has. */
    public @Nullable String shadowPolicy(AccessRules.Purpose purpose) {
        return shadowPolicies == null ? null : shadowPolicies.get(purpose.prefix());
    }

    @Override
    public RequestView request() {
        return request;
    }

    @Override
    public InetAddress source() {
        return connection.source();
    }

    @Override
    public InetAddress remote() {
        InetAddress known = remote;
        if (known == null) {
            InetAddress said = ForwardedFor.client(request);
            known = said == null ? source() : said;
            remote = known;
        }
        return known;
    }

    @Override
    public InetAddress destination() {
        return connection.destination();
    }

    @Override
    public int destinationPort() {
        return connection.destinationPort();
    }

    @Override
    public String serverName() {
        return connection.serverName();
    }

    @Override
    public @Nullable String principal() {
        return connection.principal();
    }

    @Override
    public @Nullable Map<String, Object> tokenPayload() {
        return tokenPayload;
    }

    @Override
    public @Nullable Workload peer() {
        return connection.peer();
    }
}
