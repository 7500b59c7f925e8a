package dev.fairlead.agent.control.pods;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waiting on behalf of one pod, cut short when the pod is to leave.
 *
 * <p>Owner: the pod's virtual thread waits; anybody may cut short.
 */
final class Patience {

    private volatile CompletableFuture<Void> cut = new CompletableFuture<>();

    /** How a wait ended. */
    sealed interface Waited {}

    record Done() implements Waited {}

    record Failed(String reason) implements Waited {}

    record Late() implements Waited {}

    record Cut() implements Waited {}

    /** Ends the wait that is going on, and those to come. */
    void cutShort() {
        cut.complete(null);
    }

    /** Waits count again. */
    void renew() {
        cut = new CompletableFuture<>();
    }

    Waited await(CompletableFuture<?> step, Duration bound) throws InterruptedException {
        try {
            CompletableFuture.anyOf(step, cut).get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Late();
        } catch (ExecutionException e) {
            return failed(e.getCause());
        }
        return switch (step.state()) {
            case SUCCESS -> new Done();
            case FAILED -> failed(step.exceptionNow());
            case CANCELLED -> new Failed("given up");
            case RUNNING -> new Cut();
        };
    }

    /** Waits for {@code step} however urgent: an ending that must not be cut short. */
    static Waited whole(CompletableFuture<?> step, Duration bound) throws InterruptedException {
        return new Patience().await(step, bound);
    }

    /** Waits {@code bound}, or until cut short. */
    void pause(Duration bound) throws InterruptedException {
        await(new CompletableFuture<>(), bound);
    }

    private static Failed failed(@org.jspecify.annotations.Nullable Throwable cause) {
        var message = cause == null ? null : cause.getMessage();
        return new Failed(message == null ? String.valueOf(cause) : message);
    }
}
