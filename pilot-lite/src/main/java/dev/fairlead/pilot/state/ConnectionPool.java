package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many connections and requests a client may have at a host, and how long. Numbers of 0 are not
 * given.
 *
 * @param http how HTTP is spoken; null: it does not say
 */
public record ConnectionPool(Tcp tcp, @Nullable HttpPool http, HttpLimits limits) {

    /** Of connections, whatever they carry. Durations are null where not given. */
    public record Tcp(
            int maxConnections,
            @Nullable Duration connectTimeout,
            @Nullable KeepAlive keepAlive,
            @Nullable Duration maxDuration,
            @Nullable Duration idleTimeout) {

        public static final Tcp NONE = new Tcp(0, null, null, null, null);
    }

    /**
     * Probes on silent connections.
     *
     * @param probes unanswered ones until a connection is dead
     */
    public record KeepAlive(int probes, @Nullable Duration time, @Nullable Duration interval) {

        /** These, and what they do not say as {@code otherwise} says. */
        public static @Nullable KeepAlive over(
                @Nullable KeepAlive own, @Nullable KeepAlive otherwise) {
            if (own == null || otherwise == null) {
                return own != null ? own : otherwise;
            }
            return new KeepAlive(
                    own.probes != 0 ? own.probes : otherwise.probes,
                    own.time != null ? own.time : otherwise.time,
                    own.interval != null ? own.interval : otherwise.interval);
        }
    }

    /** Of HTTP. */
    public record HttpLimits(
            int maxPendingRequests,
            int maxRequests,
            int maxRequestsPerConnection,
            int maxRetries,
            @Nullable Duration idleTimeout,
            @Nullable Ping ping) {

        public static final HttpLimits NONE = new HttpLimits(0, 0, 0, 0, null, null);
    }

    /** PINGs on HTTP/2 connections, and how long each may stay unanswered. */
    public record Ping(Duration interval, Duration timeout) {}

    /** Whether it says anything that came with traffic policy. */
    boolean asksForTrafficPolicy() {
        return !tcp.equals(Tcp.NONE) || !limits.equals(HttpLimits.NONE);
    }
}
