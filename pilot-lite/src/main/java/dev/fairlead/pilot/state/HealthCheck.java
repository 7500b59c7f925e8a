package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a host are asked, again and again, whether they are well. A kind of our own.
 *
 * @param port of the Service, which it is for; 0: all
 */
public record HealthCheck(Meta meta, String host, Visibility visibility, int port, Check check)
        implements ConfigObject {

    /**
     * What is asked and what comes of it.
     *
     * @param interval after a check that has succeeded
     * @param unhealthyInterval after one that has failed
     * @param jitter that is added to either, less than this
     * @param unhealthyThreshold checks without an answer, in a row, that make an endpoint unhealthy
     * @param healthyThreshold successes in a row that make it healthy again
     * @param checkPort of the endpoint; 0: that of the Service's port
     */
    public record Check(
            Duration timeout,
            Duration interval,
            Duration unhealthyInterval,
            Duration jitter,
            int unhealthyThreshold,
            int healthyThreshold,
            int checkPort,
            Question question) {}

    /** One of three. */
    public sealed interface Question {

        /**
         * A request.
         *
         * @param host authority; empty: the Service's name
         */
        record Http(String path, String host, String method, List<Statuses> expected, boolean http2)
                implements Question {
            public Http {
                expected = List.copyOf(expected);
            }
        }

        /** From, up to and without. */
        record Statuses(int start, int end) {}

        /**
         * A connection; where bytes are given, an answer that has them in this order.
         *
         * @param send null: nothing
         */
        record Tcp(@Nullable String send, List<String> receive) implements Question {
            public Tcp {
                receive = List.copyOf(receive);
            }
        }

        /** {@code grpc.health.v1.Health/Check} of a service; empty: of the server. */
        record Grpc(String service, String authority) implements Question {}
    }
}
