package dev.fairlead.wire.tokens;

import io.grpc.Context;

/** Who calls a server of the control plane, as the call's token proves. */
public sealed interface Caller {

    /** Set by {@link TokenAuthInterceptor} for the length of a call. */
    Context.Key<Caller> KEY = Context.key("fairlead-caller");

    /** The agent of one node. */
    record Node(String name) implements Caller {
        public Node {
            if (name.isEmpty() || name.contains("/")) {
                throw new IllegalArgumentException("node name \"" + name + "\"");
            }
        }
    }

    /** pilot-lite, any replica. */
    record Pilot() implements Caller {}

    /** The name in a token file and in logs: {@code node/<name>} or {@code pilot-lite}. */
    default String subject() {
        return switch (this) {
            case Node(String name) -> "node/" + name;
            case Pilot() -> "pilot-lite";
        };
    }

    /** The caller whom {@code subject} names. */
    static Caller parse(String subject) {
        if (subject.equals("pilot-lite")) {
            return new Pilot();
        }
        if (subject.startsWith("node/")) {
            return new Node(subject.substring("node/".length()));
        }
        throw new IllegalArgumentException(
                "subject \"" + subject + "\" is neither node/<name> nor pilot-lite");
    }

    /** The caller of the call in progress. Thread: the call's; ask before handing work on. */
    static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("no caller: TokenAuthInterceptor is not installed");
        }
        return caller;
    }
}
