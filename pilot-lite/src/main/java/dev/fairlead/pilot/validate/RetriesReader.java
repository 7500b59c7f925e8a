package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Retries;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** Reads {@code retries} of an HTTP route, and of the mesh. */
final class RetriesReader {

    /** Source: Envoy, "x-envoy-retry-on", "x-envoy-retry-grpc-on". */
    private static final Set<String> CONDITIONS =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "reset",
                    "reset-before-request",
                    "connect-failure",
                    "retriable-4xx",
                    "refused-stream",
                    "retriable-status-codes",
                    "retriable-headers",
                    "envoy-ratelimited",
                    "http3-post-connect-failure",
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable");

    /** Registered ones. Source: IANA, "HTTP Status Code Registry", as Istio has it from Go. */
    private static final BitSet STATUSES = new BitSet();

    static {
        STATUSES.set(100, 104);
        STATUSES.set(200, 209);
        STATUSES.set(226);
        STATUSES.set(300, 306);
        STATUSES.set(307, 309);
        STATUSES.set(400, 419);
        STATUSES.set(421, 427);
        STATUSES.set(428, 430);
        STATUSES.set(431);
        STATUSES.set(451);
        STATUSES.set(500, 509);
        STATUSES.set(510, 512);
    }

    private RetriesReader() {}

    static Retries read(Fields retries) {
        int attempts = retries.integer("attempts", 0, Integer.MAX_VALUE, 0);
        if (attempts == 0) {
            for (String name : List.of("perTryTimeout", "retryOn", "retryRemoteLocalities")) {
                if (retries.has(name)) {
                    retries.problem(name, "says nothing where attempts is 0");
                }
            }
        }
        List<String> on = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        on(retries, on, statuses);
        Boolean remote = retries.flag("retryRemoteLocalities");
        return new Retries(
                attempts,
                Durations.read(retries, "perTryTimeout", 1),
                on,
                statuses,
                retries.flag("retryIgnorePreviousHosts"),
                remote != null && remote,
                Durations.read(retries, "backoff", 1));
    }

    private static void on(Fields retries, List<String> on, List<Integer> statuses) {
        String text = retries.string("retryOn");
        if (text.isEmpty()) {
            return;
        }
        for (String condition : text.split(",", -1)) {
            if (CONDITIONS.contains(condition)) {
                on.add(condition);
            } else if (condition.matches("[1-9][0-9]{2}")
                    && STATUSES.get(Integer.parseInt(condition))) {
                statuses.add(Integer.parseInt(condition));
            } else {
                retries.problem("retryOn", "\"" + condition + "\" is nothing to retry on");
            }
        }
    }
}
