package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How endpoints are asked, again and again, whether they are well. Source: Envoy, "Health
 * checking".
 *
 * @param jitter that is added to an interval, less than that
 * @param unhealthyInterval after a check that has failed
 * @param unhealthyThreshold network failures in a row that make an endpoint unhealthy; an answer
 *     that says so does at once
 * @param healthyThreshold successes in a row that make it healthy again
 * @param reusesConnection whether a check goes over the connection of the last one
 */
public record HealthCheck(
        Duration timeout,
        Duration interval,
        Duration jitter,
        Duration unhealthyInterval,
        int unhealthyThreshold,
        int healthyThreshold,
        boolean reusesConnection,
        Kind kind) {

    /** What is asked. */
    public sealed interface Kind {
        /**
         * A request whose response must have one of some statuses.
         *
         * @param host authority; empty: the cluster's name
         * @param http2 which version it is asked in
         */
        record Http(String host, String path, String method, List<Statuses> expected, boolean http2)
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
         * @param receive likewise; must come in this order, with anything in between
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
