package dev.fairlead.agent.data.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A reader of HTTP/1.1 requests that knows one reading only and shares no code with the agent:
 * anything that two servers could read in two ways is an error. What the agent sends must pass.
 *
 * <p>Source: RFC 9112, without its leniencies.
 */
public final class StrictHttp1 {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private final byte[] bytes;
    private int at;

    private StrictHttp1(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param headers names in lower case, {@code name: value}
     * @param body chunks put together
     */
    public record Request(String method, String target, List<String> headers, String body) {

        /** The only value; the empty string without one. */
        public String header(String name) {
            List<String> values = values(name);
            if (values.size() > 1) {
                throw new IllegalArgumentException("two of " + name + ": " + values);
            }
            return values.isEmpty() ? "" : values.getFirst();
        }

        private List<String> values(String name) {
            return headers.stream()
                    .filter(h -> h.startsWith(name + ":"))
                    .map(h -> h.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    /**
     * What a connection carried.
     *
     * @param rest bytes of a request that has no end yet
     */
    public record Connection(List<Request> requests, String rest) {}

    /** IllegalArgumentException says what could be misread, and where. */
    public static Connection read(String sent) {
        StrictHttp1 reader = new StrictHttp1(sent.getBytes(StandardCharsets.ISO_8859_1));
        List<Request> requests = new ArrayList<>();
        int whole = 0;
        try {
            while (reader.at < reader.bytes.length) {
                requests.add(reader.request());
                whole = reader.at;
            }
        } catch (EndOfBytes e) {
            // the last one is not whole
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + " in <<" + sent + ">>", e);
        }
        return new Connection(requests, sent.substring(whole));
    }

    private static final class EndOfBytes extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private Request request() {
        String[] start = line().split(" ", -1);
        check(start.length == 3, "request line of " + start.length + " words");
        check(start[0].matches(TOKEN), "method " + start[0]);
        check(start[1].matches("(/[!-\"$-~\\x80-\\xff]*|\\*)"), "target " + start[1]);
        check(start[2].equals("HTTP/1.1"), "version " + start[2]);
        Request head = new Request(start[0], start[1], headers(), "");
        check(!head.header("host").contains(" "), "host");
        String coding = head.header("transfer-encoding");
        String length = head.header("content-length");
        check(coding.isEmpty() || length.isEmpty(), "both lengths");
        check(coding.isEmpty() || coding.equals("chunked"), "coding " + coding);
        String body = coding.isEmpty() ? bytes(length(length)) : chunks();
        return new Request(head.method, head.target, head.headers, body);
    }

    private static int length(String value) {
        check(value.isEmpty() || value.matches("[0-9]{1,9}"), "content-length " + value);
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }

    private List<String> headers() {
        List<String> headers = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            check(colon > 0, "header line " + line);
            String name = line.substring(0, colon);
            check(name.matches(TOKEN), "header name " + name);
            headers.add(name.toLowerCase(Locale.ROOT) + line.substring(colon));
        }
        return headers;
    }

    private String chunks() {
        StringBuilder body = new StringBuilder();
        while (true) {
            String size = line();
            check(size.matches("[0-9A-Fa-f]{1,7}"), "chunk size " + size);
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                List<String> trailers = headers();
                check(
                        trailers.stream()
                                .noneMatch(t ->
                                        t.matches("(content-length|transfer-encoding|trailer):.*")),
                        "trailers " + trailers);
                return body.toString();
            }
            body.append(bytes(length));
            check(line().isEmpty(), "no line end after a chunk");
        }
    }

    /** Up to CR LF; a bare one of them, or another control character, is an error. */
    private String line() {
        int start = at;
        while (at < bytes.length && bytes[at] != '\r') {
            int b = bytes[at] & 0xff;
            check(b == '\t' || b >= ' ' && b != 0x7f, "control character " + b);
            at++;
        }
        if (at + 1 >= bytes.length) {
            throw new EndOfBytes();
        }
        check(bytes[at + 1] == '\n', "CR without LF");
        at += 2;
        return new String(bytes, start, at - 2 - start, StandardCharsets.ISO_8859_1);
    }

    private String bytes(int count) {
        if (bytes.length - at < count) {
            throw new EndOfBytes();
        }
        at += count;
        return new String(bytes, at - count, count, StandardCharsets.ISO_8859_1);
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException(what);
        }
    }
}
