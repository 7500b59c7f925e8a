package dev.fairlead.agent.control.identity;

import dev.fairlead.agent.model.identity.Svid;

/** What became of wanting an identity. */
public sealed interface Outcome {

    record Ready(Svid svid) implements Outcome {}

    /** ca said no. Asking goes on at long intervals, since pods and tokens can change. */
    record Refused(String reason) implements Outcome {}

    /** Nobody wants it any more, or the agent stops. */
    record Released() implements Outcome {}
}
