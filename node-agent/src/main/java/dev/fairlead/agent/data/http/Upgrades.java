package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Changes of protocol, and the handshake of WebSocket where one side has none.
 *
 * <p>Source: RFC 9110 §7.8, RFC 6455 §4, RFC 8441 §5.
 */
public final class Upgrades {

    public static final String WEBSOCKET = "websocket";

    /** HTTP/2 by Upgrade, which RFC 9113 has given up. */
    static final String H2C = "h2c";

    private static final String KEY = "sec-websocket-key";
    private static final String ACCEPT = "sec-websocket-accept";
    private static final String VERSION = "sec-websocket-version";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private Upgrades() {}

    /** The protocol that a request wants to change to, lower case; null: none. */
    public static @Nullable String asked(HttpHeaders headers) {
        String upgrade = headers.get(HttpHeaderNames.UPGRADE);
        return upgrade != null
                        && headers.containsValue(
                                HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                ? upgrade.strip().toLowerCase(Locale.ROOT)
                : null;
    }

    /** Says it again after the headers of a hop were removed. */
    public static void say(HttpHeaders headers, String protocol) {
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        headers.set(HttpHeaderNames.UPGRADE, protocol);
    }

    /** Gives a request the key that HTTP/2 clients do not send and HTTP/1 servers want. */
    public static void addKey(HttpHeaders headers, String protocol, RandomGenerator random) {
        if (protocol.equals(WEBSOCKET) && !headers.contains(KEY)) {
            byte[] nonce = new byte[16];
            random.nextBytes(nonce);
            headers.set(KEY, Base64.getEncoder().encodeToString(nonce));
            if (!headers.contains(VERSION)) {
                headers.set(VERSION, "13");
            }
        }
    }

    /** Gives a response the proof that HTTP/2 servers do not send and HTTP/1 clients want. */
    public static void addAccept(HttpHeaders response, HttpHeaders request, String protocol) {
        String key = request.get(KEY);
        if (protocol.equals(WEBSOCKET) && key != null && !response.contains(ACCEPT)) {
            response.set(ACCEPT, accept(key));
        }
    }

    static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1") // as the protocol has it; no secret
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
