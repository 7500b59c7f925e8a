package dev.fairlead.agent.data.detect;

import io.netty.buffer.ByteBuf;

/**
 * Tells HTTP from other plaintext by its first line, and HTTP/2 by its preface.
 *
 * <p>Source: RFC 9112 §3, RFC 9113 §3.4; Envoy's http_inspector gives the same answers.
 */
final class HttpSniffer {

    /** What the bytes so far say. */
    enum Verdict {
        MORE_NEEDED,
        HTTP_1_0,
        HTTP_1_1,
        HTTP_2,
        OTHER
    }

    /** Longest method that is believed; the registered ones have at most 17 letters. */
    private static final int MAX_METHOD = 32;

    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final byte[] VERSION = ascii(" HTTP/1.");

    private HttpSniffer() {}

    private static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Reads nothing off {@code bytes}; {@code max} is as far as a first line is followed. */
    static Verdict sniff(ByteBuf bytes, int max) {
        int start = bytes.readerIndex();
        int end = bytes.writerIndex();
        int matching = 0;
        while (matching < PREFACE.length
                && start + matching < end
                && bytes.getByte(start + matching) == PREFACE[matching]) {
            matching++;
        }
        if (matching == PREFACE.length) {
            return Verdict.HTTP_2;
        }
        if (start + matching == end) {
            return Verdict.MORE_NEEDED;
        }
        return firstLine(bytes, start, end, max);
    }

    private static Verdict firstLine(ByteBuf bytes, int start, int end, int max) {
        int space = start;
        while (space < end && isToken(bytes.getByte(space))) {
            space++;
        }
        if (space - start > MAX_METHOD) {
            return Verdict.OTHER;
        }
        if (space == end) {
            return Verdict.MORE_NEEDED;
        }
        if (space == start || bytes.getByte(space) != ' ') {
            return Verdict.OTHER;
        }
        int feed = bytes.indexOf(space, end, (byte) '\n');
        if (feed < 0) {
            return end - start >= max ? Verdict.OTHER : Verdict.MORE_NEEDED;
        }
        int lineEnd = bytes.getByte(feed - 1) == '\r' ? feed - 1 : feed;
        return version(bytes, space, lineEnd);
    }

    /** The line ends in {@code " HTTP/1."} and a digit. */
    private static Verdict version(ByteBuf bytes, int from, int lineEnd) {
        int at = lineEnd - VERSION.length - 1;
        if (at < from) {
            return Verdict.OTHER;
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (bytes.getByte(at + i) != VERSION[i]) {
                return Verdict.OTHER;
            }
        }
        return switch (bytes.getByte(lineEnd - 1)) {
            case '1' -> Verdict.HTTP_1_1;
            case '0' -> Verdict.HTTP_1_0;
            default -> Verdict.OTHER;
        };
    }

    private static boolean isToken(byte b) {
        return b >= 'A' && b <= 'Z'
                || b >= 'a' && b <= 'z'
                || b >= '0' && b <= '9'
                || "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }
}
