package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.policy.ExternalAuthorization;

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
        TOO_MUCH
    }

    /**
     * @param whole whether nothing more will come
     */
    static State of(ExternalAuthorization.Body wanted, long bytes, boolean whole) {
        if (wanted.partial()) {
            return whole || bytes >= wanted.maxBytes() ? State.ENOUGH : State.MORE_TO_COME;
        }
        if (bytes > wanted.maxBytes()) {
            return State.TOO_MUCH;
        }
        return whole ? State.ENOUGH : State.MORE_TO_COME;
    }
}
