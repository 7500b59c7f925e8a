package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How endpoints are asked, again and again, whether they are well. Source: Envoy, "Health
 * checking".
 *
 * @param unhealthyThreshold failures in a row that make an endpoint unhealthy
 * @param healthyThreshold successes in a row that make it healthy again
 * @param port 0: the endpoint's own
 */
public record HealthCheck(
        Duration timeout,
        Duration interval,
        Duration unhealthyInterval,
        int unhealthyThreshold,
        int healthyThreshold,
        int port,
        Kind kind) {

    /** What is asked. */
    public sealed interface Kind {
        /**
         * A request whose response must have one of some statuses.
         *
         * @param host authority; empty: the cluster's name
         */
        record Http(String host, String path, String method, List<Statuses> expected)
                implements Kind {
            public Http {
                expected = List.copyOf(expected);
            }
        }

        /** From, up to and without. */
        record Statuses(int from, int to) {}

        /**
         * A connection; and, if bytes are given, an answer to them.
         *
         * @param send hexadecimal; null: nothing
         */
        record Tcp(@Nullable String send, List<String> receive) implements Kind {
            public Tcp {
                receive = List.copyOf(receive);
            }
        }

        /** {@code grpc.health.v1.Health/Check} of a service; empty: of the server. */
        record Grpc(String service, String authority) implements Kind {}
    }
}
