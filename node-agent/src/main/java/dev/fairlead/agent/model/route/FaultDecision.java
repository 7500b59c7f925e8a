package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a fault does to one request. Source: Envoy, "Fault injection": a share that a header asks
 * for is bounded by the configured one.
 */
public final class FaultDecision {

    static final String DELAY = "x-envoy-fault-delay-request";
    static final String DELAY_SHARE = "x-envoy-fault-delay-request-percentage";
    static final String ABORT = "x-envoy-fault-abort-request";
    static final String ABORT_GRPC = "x-envoy-fault-abort-grpc-request";
    static final String ABORT_SHARE = "x-envoy-fault-abort-request-percentage";

    /** Of a status or a delay in a header: nothing. */
    private static final long UNSAID = -1;

    private static final long MAX_DELAY_MILLIS = 24L * 3600 * 1000;

    /**
     * The answer instead of the upstream's.
     *
     * @param grpcStatus -1: the one of {@code httpStatus}
     */
    public record Answer(int httpStatus, int grpcStatus) {}

    private FaultDecision() {}

    /** How long the request waits; 0: not at all. */
    public static long delayMillis(Fault fault, RequestView request, RandomGenerator random) {
        Fault.Delay delay = fault.delay();
        if (delay == null) {
            return 0;
        }
        if (delay.fixed() != null) {
            return delay.share().hits(random) ? delay.fixed().toMillis() : 0;
        }
        long asked = number(request.header(DELAY));
        return asked > 0 && hits(delay.share(), request.header(DELAY_SHARE), random)
                ? Math.min(asked, MAX_DELAY_MILLIS)
                : 0;
    }

    /** Null: it goes on. */
    public static @Nullable Answer abort(Fault fault, RequestView request, RandomGenerator random) {
        Fault.Abort abort = fault.abort();
        if (abort == null) {
            return null;
        }
        if (abort.httpStatus() > 0 || abort.grpcStatus() >= 0) {
            return abort.share().hits(random)
                    ? answer(abort.httpStatus(), abort.grpcStatus())
                    : null;
        }
        long http = number(request.header(ABORT));
        long grpc = number(request.header(ABORT_GRPC));
        boolean byHttp = http >= 200 && http < 600;
        boolean byGrpc = grpc >= 0 && grpc <= Integer.MAX_VALUE;
        if (!byHttp && !byGrpc || !hits(abort.share(), request.header(ABORT_SHARE), random)) {
            return null;
        }
        return byHttp ? answer((int) http, -1) : answer(0, (int) grpc);
    }

    private static Answer answer(int http, int grpc) {
        return new Answer(http > 0 ? http : 200, grpc);
    }

    private static boolean hits(Fault.Share share, @Nullable String asked, RandomGenerator random) {
        long most = number(asked);
        return most == UNSAID ? share.hits(random) : share.hitsAtMost(most, random);
    }

    private static long number(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 18) {
            return UNSAID;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return UNSAID;
            }
            number = 10 * number + c - '0';
        }
        return number;
    }
}
