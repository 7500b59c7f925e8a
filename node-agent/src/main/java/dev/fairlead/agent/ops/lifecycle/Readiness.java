package dev.fairlead.agent.ops.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named conditions for serving, each met or with a reason in words why not. Ready: all are met and
 * no drain has begun.
 *
 * <p>Thread-safe: changes and answers are under one lock, held for moments. Every change of the
 * whole answer is logged.
 */
public final class Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private final TreeMap<String, String> reasons = new TreeMap<>();
    private boolean draining;
    private boolean wasReady;

    /** One condition; {@code reason} is empty where it is met. */
    public record Condition(String name, String reason) {
        public boolean met() {
            return reason.isEmpty();
        }
    }

    /** Envoy's states of a server, with the numbers that its stat {@code server.state} has. */
    public enum State {
        LIVE,
        DRAINING,
        PRE_INITIALIZING,
        INITIALIZING
    }

    /**
     * Adds a condition that is not met, or says anew why it is not: {@code waiting for certificate
     * of spiffe://…: ca at … refuses …}.
     */
    public synchronized void missing(String condition, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("condition " + condition + " without a reason");
        }
        reasons.put(condition, reason);
        tellChange();
    }

    public synchronized void met(String condition) {
        reasons.put(condition, "");
        tellChange();
    }

    /** Forgets a condition, such as that of a pod that has left. */
    public synchronized void drop(String condition) {
        reasons.remove(condition);
        tellChange();
    }

    /** From now on not ready, whatever the conditions are. */
    public synchronized void drain() {
        draining = true;
        tellChange();
    }

    private void tellChange() {
        boolean ready = isReady();
        if (ready != wasReady) {
            wasReady = ready;
            if (ready) {
                LOG.info("ready");
            } else {
                LOG.info("not ready state={} missing={}", state(), missing());
            }
        }
    }

    public synchronized boolean isReady() {
        return state() == State.LIVE;
    }

    /** LIVE only where {@link #isReady}; before any condition was given, PRE_INITIALIZING. */
    public synchronized State state() {
        if (draining) {
            return State.DRAINING;
        }
        if (reasons.isEmpty()) {
            return State.PRE_INITIALIZING;
        }
        return missing().isEmpty() ? State.LIVE : State.INITIALIZING;
    }

    /** All conditions by name. */
    public synchronized List<Condition> conditions() {
        List<Condition> all = new ArrayList<>();
        reasons.forEach((name, reason) -> all.add(new Condition(name, reason)));
        return all;
    }

    /** Reasons of those that are not met, by their names' order. */
    public synchronized List<String> missing() {
        return reasons.values().stream().filter(reason -> !reason.isEmpty()).toList();
    }
}
