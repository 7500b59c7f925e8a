package dev.fairlead.agent.ops.admin;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether a Host header, or the origin of a page that sends a request, names this very machine.
 *
 * <p>A page of the web can have its name resolve to 127.0.0.1 and then ask the admin port as its
 * own origin (DNS rebinding); it cannot choose the Host header that goes with it. And it can send a
 * plain POST to 127.0.0.1 without reading the answer; then the header Origin gives it away.
 */
final class LoopbackHost {

    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d{1,5})?");
    private static final Pattern SCHEME = Pattern.compile("https?://");

    private LoopbackHost() {}

    static boolean names(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    /** {@code origin} as the header Origin has it: a scheme and a host, or {@code null}. */
    static boolean isOrigin(String origin) {
        var scheme = SCHEME.matcher(origin);
        return scheme.lookingAt() && names(origin.substring(scheme.end()));
    }
}
