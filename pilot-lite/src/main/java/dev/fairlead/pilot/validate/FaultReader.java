package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpPolicy.Fault;
import dev.fairlead.pilot.state.HttpPolicy.Fault.Abort;
import dev.fairlead.pilot.state.HttpPolicy.Fault.Delay;
import dev.fairlead.pilot.state.Share;
import java.time.Duration;
import java.util.List;

/** Reads {@code fault} of an HTTP route. */
final class FaultReader {

    /** In the order of their numbers. Source: gRPC, "Status codes and their use in gRPC". */
    private static final List<String> GRPC_STATUSES =
            List.of(
                    "OK",
                    "CANCELLED",
                    "UNKNOWN",
                    "INVALID_ARGUMENT",
                    "DEADLINE_EXCEEDED",
                    "NOT_FOUND",
                    "ALREADY_EXISTS",
                    "PERMISSION_DENIED",
                    "RESOURCE_EXHAUSTED",
                    "FAILED_PRECONDITION",
                    "ABORTED",
                    "OUT_OF_RANGE",
                    "UNIMPLEMENTED",
                    "INTERNAL",
                    "UNAVAILABLE",
                    "DATA_LOSS",
                    "UNAUTHENTICATED");

    private FaultReader() {}

    static Fault read(Fields fault) {
        if (!fault.has("delay") && !fault.has("abort")) {
            fault.wrong("says nothing: delay or abort is needed");
        }
        return new Fault(
                fault.object("delay", FaultReader::delay),
                fault.object("abort", FaultReader::abort));
    }

    private static Delay delay(Fields delay) {
        Duration fixed = Durations.read(delay, "fixedDelay", 1);
        String exponential = delay.string("exponentialDelay");
        if (!exponential.isEmpty()) {
            delay.problem("exponentialDelay", Problem.NOT_SUPPORTED);
        } else if (!delay.has("fixedDelay")) {
            delay.problem("fixedDelay", "is needed");
        }
        return new Delay(fixed == null ? Duration.ZERO : fixed, share(delay));
    }

    private static Abort abort(Fields abort) {
        int http = abort.integer("httpStatus", 200, 599, 0);
        String grpc = abort.string("grpcStatus");
        if (!abort.string("http2Error").isEmpty()) {
            abort.problem("http2Error", Problem.NOT_SUPPORTED);
        } else if (abort.has("httpStatus") && !grpc.isEmpty()) {
            abort.problem("grpcStatus", "cannot stand beside httpStatus");
        } else if (!abort.has("httpStatus") && grpc.isEmpty()) {
            abort.problem("httpStatus", "this, or grpcStatus, is needed");
        } else if (!grpc.isEmpty() && !GRPC_STATUSES.contains(grpc)) {
            abort.problem("grpcStatus", "\"" + grpc + "\" is not a gRPC status");
        }
        return new Abort(http, GRPC_STATUSES.indexOf(grpc), share(abort));
    }

    /** Where it does not say, of no request, as in Istio. */
    private static Share share(Fields fields) {
        Share share = Percents.share(fields, "percentage", "percent", Percents.FINEST);
        return share == null ? Share.NONE : share;
    }
}
