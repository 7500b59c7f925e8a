package dev.fairlead.access;

import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What is known of a connection of a {@link Call}. */
record CallerFacts(
        InetAddress source,
        InetAddress destination,
        int destinationPort,
        String serverName,
        @Nullable String principal)
        implements RequestFacts {

    @Override
    public RequestView request() {
        return RequestView.NONE;
    }

    @Override
    public @Nullable Workload peer() {
        return null;
    }
}
