package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.policy.ExternalAuthorization;
import org.jspecify.annotations.Nullable;

/**
 * A request's body that is read before the request goes on.
 *
 * <p>Owner: its exchange. Source: Envoy, ext_authz, {@code with_request_body}.
 *
 * @param then what runs once enough is there
 */
record AwaitedBody(ExternalAuthorization.Body wanted, Runnable then) {

    /** How much of it is there. */
    enum State {
        MORE_TO_COME,
        ENOUGH,
        /** More than is to be read. */
        TOO_MUCH,
        /** More than the pod may hold. */
        BEYOND_POD;

        /** What the client is told; null: nothing yet. */
        @Nullable LocalAnswer refusal() {
            return switch (this) {
                case MORE_TO_COME, ENOUGH -> null;
                case TOO_MUCH ->
                        LocalAnswer.of(413, "Payload Too Large")
                                .because("request_payload_too_large");
                case BEYOND_POD ->
                        LocalAnswer.of(503, "too many bytes wait for authorization")
                                .because("pod_buffer_overflow");
            };
        }
    }

    /**
     * @param here of it
     * @param whole whether nothing more will come
     */
    State of(WaitingBody here, boolean whole) {
        boolean full = here.bytes() >= wanted.maxBytes();
        if (!wanted.partial() && here.bytes() > wanted.maxBytes()) {
            return State.TOO_MUCH;
        }
        if (whole || wanted.partial() && full) {
            return State.ENOUGH;
        }
        return here.isWithinPod() ? State.MORE_TO_COME : State.BEYOND_POD;
    }
}
