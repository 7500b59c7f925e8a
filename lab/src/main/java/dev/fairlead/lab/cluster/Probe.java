package dev.fairlead.lab.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a container is asked whether it is well.
 *
 * @param check what is done
 * @param timing when, and how often before the answer counts
 */
public record Probe(Check check, Timing timing) {

    /** What is done: one request, one connection or one command. */
    public sealed interface Check permits Http, Tcp, Grpc, Exec {}

    /**
     * GET of {@code path}; 200 to 399 is well.
     *
     * @param host address to connect to, empty for the pod's own
     * @param headers in the order given; a Host header replaces the default
     * @param scheme HTTP or HTTPS (the certificate is not checked)
     */
    public record Http(
            String host, int port, String path, Map<String, String> headers, String scheme)
            implements Check {
        public Http {
            headers = Ordered.copy(headers);
        }
    }

    /** A connection that is accepted is well. {@code host} as with {@link Http}. */
    public record Tcp(String host, int port) implements Check {}

    /**
     * A call of gRPC's health service on the pod's own address, in plaintext; SERVING is well.
     *
     * @param service whose health is asked for, empty for the whole server's
     */
    public record Grpc(int port, String service) implements Check {}

    /** A command in the container; exit status 0 is well. */
    public record Exec(List<String> argv) implements Check {
        public Exec {
            argv = List.copyOf(argv);
        }
    }

    /** Kubernetes' defaults: 0 s, 10 s, 1 s, 1, 3. */
    public record Timing(
            Duration initialDelay,
            Duration period,
            Duration timeout,
            int successThreshold,
            int failureThreshold) {

        public static final Timing DEFAULT =
                new Timing(Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(1), 1, 3);

        public Timing {
            if (period.isZero() || timeout.isZero() || period.isNegative()) {
                throw new IllegalArgumentException("period " + period + ", timeout " + timeout);
            }
            if (successThreshold < 1 || failureThreshold < 1) {
                throw new IllegalArgumentException(
                        "thresholds " + successThreshold + ", " + failureThreshold);
            }
        }
    }
}
