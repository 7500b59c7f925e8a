package dev.fairlead.agent.data.proxy;

/**
 * Something that a request meets before it is sent on, and before a route's own answer is given: a
 * fault, a limit, a policy. Stages are met in the order of Envoy's HTTP filters, by requests that
 * no route took too.
 *
 * <p>One that has nothing to do with a route costs it one null check. Thread: the pod's loop.
 */
interface RequestStage {

    /**
     * Whether the request goes on. If not, it was answered ({@link HttpExchange#reply}), or it
     * waits: then {@link HttpExchange#goOn} is to be called, unless it has ended meanwhile.
     */
    boolean passes(HttpExchange exchange);
}
