package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.fairlead.agent.control.xds.testing.Samples;
import java.util.List;

/** The compiler of each type, and short ways to ask it. */
final class CompileTesting {

    private CompileTesting() {}

    static ResourceCompiler<?, ?> compiler(ResourceType type) {
        return switch (type) {
            case CLUSTER -> new ClusterCompiler();
            case ENDPOINTS -> new EndpointsCompiler();
            case LISTENER -> new ListenerCompiler();
            case ROUTE -> new RouteTableCompiler();
            case WORKLOAD -> new WorkloadCompiler();
            case ENROLMENT -> new EnrolmentCompiler();
        };
    }

    static List<Message> samples(ResourceType type) {
        return switch (type) {
            case CLUSTER -> Samples.clusters();
            case ENDPOINTS -> Samples.endpoints();
            case LISTENER -> Samples.listeners();
            case ROUTE -> Samples.routes();
            case WORKLOAD -> Samples.workloads();
            case ENROLMENT -> Samples.enrolments();
        };
    }

    /** Compiles under the name that the message gives itself. */
    static <M extends Message, T> Outcome<T> compile(ResourceCompiler<M, T> compiler, M message) {
        return compiler.compile(compiler.nameOf(message), Any.pack(message));
    }

    static <T> T good(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Compiled<T>(T value, References references) -> value;
            case Outcome.Refused<T> refused -> throw new AssertionError(refused.message());
        };
    }

    /** {@code <path>: <reason>}, or what was compiled instead. */
    static String refusal(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Refused<?> refused -> refused.message();
            case Outcome.Compiled<?> compiled -> "compiled: " + compiled;
        };
    }
}
