package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpPolicy.Cors;
import dev.fairlead.pilot.state.HttpPolicy.Fault;
import dev.fairlead.pilot.state.HttpPolicy.Rewrite;
import dev.fairlead.pilot.state.HttpRoute.DirectResponse;
import dev.fairlead.pilot.state.HttpRoute.Redirect;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.Share;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP on one port is routed for one scope; what to do with other hosts is the mesh's setting.
 */
public record RouteTable(String name, List<VirtualHost> hosts) {

    public RouteTable {
        hosts = List.copyOf(hosts);
    }

    /** Whether one of its routes is. */
    public boolean isLimited() {
        return hosts.stream()
                .anyMatch(host -> host.routes.stream().anyMatch(route -> route.limit != null));
    }

    /** One host under its names. A request that no route takes is answered 404. */
    public record VirtualHost(String name, List<String> domains, List<Route> routes) {
        public VirtualHost {
            domains = List.copyOf(domains);
            routes = List.copyOf(routes);
        }
    }

    /**
     * One alternative; of the match, port, sourceNamespace and gateways are settled already.
     *
     * @param headers changed whatever the action is
     * @param limit null: none
     */
    public record Route(
            String name,
            HttpMatch match,
            Action action,
            HeaderChanges headers,
            @Nullable Fault fault,
            @Nullable Cors cors,
            @Nullable RateLimit limit) {

        /** Where it forwards to; none where it does something else. */
        public List<Destination> targets() {
            return action instanceof Forward forward ? forward.targets : List.of();
        }
    }

    /** What is done with a request. */
    public sealed interface Action {}

    /**
     * It is sent on.
     *
     * @param timeout for the whole response, and what a gRPC client may ask for at most; zero: none
     * @param rewrite null: path and authority stay
     * @param authority what requests are for from then on; empty: as they came
     * @param hashing by what a cluster that hashes chooses; all of them together
     */
    public record Forward(
            List<Destination> targets,
            Duration timeout,
            @Nullable RetryPolicy retries,
            @Nullable Rewrite rewrite,
            String authority,
            List<Copy> copies,
            List<ConsistentHash.Key> hashing)
            implements Action {
        public Forward {
            targets = List.copyOf(targets);
            copies = List.copyOf(copies);
            hashing = List.copyOf(hashing);
        }
    }

    /**
     * Its client is sent elsewhere.
     *
     * @param port 0: it is not named
     */
    public record Redirected(Redirect redirect, int port) implements Action {}

    /** It is answered. */
    public record Answered(DirectResponse response) implements Action {}

    /** No route takes it. */
    public record Refused() implements Action {}

    /** As if its host were not known. */
    public record Otherwise() implements Action {}

    /** A cluster, its share among those beside it, and what is changed of what it gets. */
    public record Destination(String cluster, int weight, HeaderChanges headers) {}

    /** A cluster that gets copies. */
    public record Copy(String cluster, Share share) {}
}
