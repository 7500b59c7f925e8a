package dev.fairlead.agent.data.grpc;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The {@code grpc-timeout} header: how long a caller waits, from the request's start on. At most
 * eight digits and a unit. Source: gRPC, "gRPC over HTTP2", Timeout; rounding as Envoy's.
 */
public final class GrpcTimeout {

    /** Nobody said how long. */
    public static final long NONE = -1;

    static final AsciiString HEADER = AsciiString.cached("grpc-timeout");

    private static final int MAX_DIGITS = 8;

    private GrpcTimeout() {}

    /**
     * How long the call may take, in nanoseconds, or {@link #NONE}. Where the caller asks for more
     * than {@code most}, the header is made to say that.
     *
     * @param most upper bound; zero: none
     */
    public static long bounded(HttpHeaders headers, Duration most) {
        String asked = headers.get(HEADER);
        long nanos = asked == null ? NONE : parse(asked);
        if (nanos == NONE || most.isZero() || nanos <= most.toNanos()) {
            return nanos;
        }
        headers.set(HEADER, format(most));
        return most.toNanos();
    }

    /** Makes the header say that no longer is waited, whether or not the caller said anything. */
    public static void shorten(HttpHeaders headers, long millis) {
        String asked = headers.get(HEADER);
        long nanos = asked == null ? NONE : parse(asked);
        if (nanos == NONE || nanos > TimeUnit.MILLISECONDS.toNanos(millis)) {
            headers.set(HEADER, format(Duration.ofMillis(millis)));
        }
    }

    /** Nanoseconds in whole milliseconds, rounded up; {@link #NONE} where it is malformed. */
    static long parse(String value) {
        int digits = value.length() - 1;
        if (digits < 1 || digits > MAX_DIGITS) {
            return NONE;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            number = 10 * number + digit;
        }
        return switch (value.charAt(digits)) {
            case 'H' -> TimeUnit.HOURS.toNanos(number);
            case 'M' -> TimeUnit.MINUTES.toNanos(number);
            case 'S' -> TimeUnit.SECONDS.toNanos(number);
            case 'm' -> TimeUnit.MILLISECONDS.toNanos(number);
            case 'u' -> TimeUnit.MILLISECONDS.toNanos(Math.ceilDiv(number, 1_000));
            case 'n' -> TimeUnit.MILLISECONDS.toNanos(Math.ceilDiv(number, 1_000_000));
            default -> NONE;
        };
    }

    /** In the finest unit that eight digits hold. */
    static String format(Duration timeout) {
        long millis = Math.ceilDiv(timeout.toNanos(), 1_000_000L);
        if (millis < 100_000_000) {
            return millis + "m";
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(millis);
        return seconds < 100_000_000 ? seconds + "S" : seconds / 3600 + "H";
    }
}
