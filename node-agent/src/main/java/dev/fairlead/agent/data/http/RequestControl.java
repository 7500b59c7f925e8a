package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request's own headers ask of its retries and timeouts; they go no further. What is not a
 * number, or unknown, is as if it were not there.
 *
 * <p>Source: Envoy, "Router", HTTP headers.
 *
 * @param timeout instead of the route's; null: not said; zero: none
 * @param perTryTimeout likewise
 * @param alternative a timeout is answered 204 and not 504
 * @param retries instead of the route's; -1: not said
 * @param retryOn conditions beside the route's
 * @param statuses beside the route's
 * @param responseHeaders likewise, lower case
 */
public record RequestControl(
        @Nullable Duration timeout,
        @Nullable Duration perTryTimeout,
        boolean alternative,
        int retries,
        Set<String> retryOn,
        Set<Integer> statuses,
        Set<String> responseHeaders) {

    /** Of a request that asks for nothing. */
    public static final RequestControl NONE =
            new RequestControl(null, null, false, -1, Set.of(), Set.of(), Set.of());

    private static final String PREFIX = "x-envoy-";

    private static final String EXPECTED = "x-envoy-expected-rq-timeout-ms";

    private static final Set<String> NAMES =
            Set.of(
                    "x-envoy-upstream-rq-timeout-ms",
                    "x-envoy-upstream-rq-per-try-timeout-ms",
                    "x-envoy-upstream-rq-timeout-alt-response",
                    "x-envoy-max-retries",
                    "x-envoy-retry-on",
                    "x-envoy-retry-grpc-on",
                    "x-envoy-retriable-status-codes",
                    "x-envoy-retriable-header-names",
                    "x-envoy-hedge-on-per-try-timeout");

    /**
     * Takes them off, and with them what only a proxy of the mesh may say ({@link PeerHeaders}).
     * Cost: one pass over the names; nothing is allocated where there are none.
     *
     * @param honoured whether who sent them may ask; otherwise they are only removed
     */
    public static RequestControl take(HttpHeaders headers, boolean honoured) {
        List<String> found = null;
        boolean asks = false;
        var entries = headers.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            CharSequence name = entry.getKey();
            boolean control = isControl(name, honoured);
            if (control || PeerHeaders.isReserved(name)) {
                asks |= control;
                found = found == null ? new ArrayList<>(2) : found;
                found.add(name.toString());
            }
        }
        if (found == null) {
            return NONE;
        }
        RequestControl read = asks && honoured ? read(headers) : NONE;
        found.forEach(headers::remove);
        return read;
    }

    private static boolean isControl(CharSequence name, boolean honoured) {
        if (!begins(name)) {
            return false;
        }
        String plain = name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
        return NAMES.contains(plain) || (!honoured && plain.equals(EXPECTED));
    }

    /** {@code x-envoy-}, or with {@code _}, in any case. */
    private static boolean begins(CharSequence name) {
        if (name.length() <= PREFIX.length()) {
            return false;
        }
        for (int i = 0; i < PREFIX.length(); i++) {
            char c = name.charAt(i);
            char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '_' ? '-' : c;
            if (lower != PREFIX.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static RequestControl read(HttpHeaders headers) {
        Set<String> on = new HashSet<>(list(headers, "x-envoy-retry-on"));
        on.addAll(list(headers, "x-envoy-retry-grpc-on"));
        Set<Integer> statuses = new HashSet<>();
        for (String part : list(headers, "x-envoy-retriable-status-codes")) {
            long status = number(part);
            if (status >= 100 && status < 600) {
                statuses.add((int) status);
            }
        }
        long retries = number(headers.get("x-envoy-max-retries"));
        return new RequestControl(
                millis(headers.get("x-envoy-upstream-rq-timeout-ms")),
                millis(headers.get("x-envoy-upstream-rq-per-try-timeout-ms")),
                headers.contains("x-envoy-upstream-rq-timeout-alt-response"),
                (int) Math.min(retries, Integer.MAX_VALUE),
                Set.copyOf(on),
                Set.copyOf(statuses),
                Set.copyOf(lowerCase(list(headers, "x-envoy-retriable-header-names"))));
    }

    private static List<String> list(HttpHeaders headers, String name) {
        List<String> parts = new ArrayList<>();
        for (String value : headers.getAll(name)) {
            for (String part : value.split(",", -1)) {
                String stripped = part.strip();
                if (!stripped.isEmpty()) {
                    parts.add(stripped);
                }
            }
        }
        return parts;
    }

    private static List<String> lowerCase(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    private static @Nullable Duration millis(@Nullable String value) {
        long millis = number(value);
        return millis < 0 ? null : Duration.ofMillis(millis);
    }

    /** Decimal digits alone; -1: it is no such number. */
    private static long number(@Nullable String value) {
        if (value == null || value.isEmpty() || value.length() > 12) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
