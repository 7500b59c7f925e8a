package dev.fairlead.agent.data.proxy;

import static dev.fairlead.agent.data.proxy.HeaderBlock.post;
import static dev.fairlead.agent.data.proxy.HeaderBlock.request;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A request on stream 1 that is malformed: nothing of it may reach a server, least of all one that
 * reads HTTP/1.1.
 *
 * @param endings that are right
 */
record MalformedHttp2(String name, Sending sending, Set<String> endings) {

    private static final Set<String> MALFORMED = Set.of("RST 1", "STATUS 400");
    private static final Set<String> LENGTH = Set.of("RST 1", "STATUS 400");
    private static final String SPLIT = "\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1";

    interface Sending {
        void to(RawHttp2 server) throws IOException;
    }

    @Override
    public String toString() {
        return name;
    }

    static Stream<MalformedHttp2> all() {
        return Stream.of(pseudo(), fields(), splitting(), lengths(), trailers()).flatMap(s -> s);
    }

    private static MalformedHttp2 head(String name, HeaderBlock head) {
        return new MalformedHttp2(name, server -> server.headers(1, head, true), MALFORMED);
    }

    private static HeaderBlock only(String... namesAndValues) {
        HeaderBlock head = new HeaderBlock();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            head.field(namesAndValues[i], namesAndValues[i + 1]);
        }
        return head;
    }

    private static Stream<MalformedHttp2> pseudo() {
        String[] m = {":method", "GET"};
        String[] s = {":scheme", "http"};
        String[] p = {":path", "/"};
        return Stream.of(
                head("no method", only(s[0], s[1], p[0], p[1], ":authority", "a")),
                head("no scheme", only(m[0], m[1], p[0], p[1], ":authority", "a")),
                head("no path", only(m[0], m[1], s[0], s[1], ":authority", "a")),
                head("no authority and no host", only(m[0], m[1], s[0], s[1], p[0], p[1])),
                head("empty path", request("GET", "")),
                head("path without slash", request("GET", "x")),
                head("asterisk for GET", request("GET", "*")),
                head("method twice", request("GET", "/").field(":method", "POST")),
                head("path twice", request("GET", "/").field(":path", "/other")),
                head("authority twice", request("GET", "/").field(":authority", "b")),
                head("late pseudo", request("GET", "/").field("x", "y").field(":scheme", "http")),
                head("unknown pseudo", request("GET", "/").field(":x", "y")),
                head("status in a request", request("GET", "/").field(":status", "200")),
                head("protocol without CONNECT", request("GET", "/").field(":protocol", "x")),
                head("upper-case pseudo", request("GET", "/").field(":Path", "/")),
                head("empty method", request("", "/")),
                head("CONNECT with path", request("CONNECT", "/")));
    }

    private static MalformedHttp2 field(String name, String field, String value) {
        return head(name, request("GET", "/").field(field, value));
    }

    private static Stream<MalformedHttp2> fields() {
        return Stream.of(
                field("upper-case name", "X-Name", "v"),
                field("connection", "connection", "close"),
                field("keep-alive", "keep-alive", "timeout=5"),
                field("proxy-connection", "proxy-connection", "close"),
                field("transfer-encoding", "transfer-encoding", "chunked"),
                field("upgrade", "upgrade", "websocket"),
                field("te other than trailers", "te", "gzip"),
                field("te list", "te", "trailers, gzip"),
                field("empty name", "", "v"),
                field("colon in a name", "x:y", "v"),
                field("space in a name", "x y", "v"),
                field("space after a name", "content-length ", "3"),
                field("NUL in a name", "x\0", "v"),
                field("non-ASCII name", "x\u00e9", "v"),
                field("other host", "host", "b"),
                field("space before a value", "x", " v"),
                field("tab after a value", "x", "v\t"));
    }

    /** What HTTP/1.1 would read as more than one line. */
    private static Stream<MalformedHttp2> splitting() {
        return Stream.of(
                field("CR LF in a value", "x", "v" + SPLIT),
                field("LF in a value", "x", "v\ny: z"),
                field("CR in a value", "x", "v\ry: z"),
                field("NUL in a value", "x", "v\0z"),
                field("LF in a name", "x\ny", "z"),
                head("request in the method", request("GET / HTTP/1.1" + SPLIT, "/")),
                head("space in the method", request("GET /x", "/")),
                head("request in the path", request("GET", "/ HTTP/1.1" + SPLIT)),
                head("space in the path", request("GET", "/ /x")),
                head("tab in the path", request("GET", "/\t/x")),
                head("fragment in the path", request("GET", "/#x")),
                head("request in the authority", authority("a" + SPLIT)),
                head("user in the authority", authority("x@a")),
                head("path in the authority", authority("a/x")),
                head("space in the authority", authority("a b")),
                head("empty authority", authority("")),
                head("request in the scheme", only(scheme("http://a/" + SPLIT))));
    }

    private static HeaderBlock authority(String value) {
        return only(":method", "GET", ":scheme", "http", ":path", "/", ":authority", value);
    }

    private static String[] scheme(String value) {
        return new String[] {":method", "GET", ":scheme", value, ":path", "/", ":authority", "a"};
    }

    private static MalformedHttp2 length(String name, String length, String... pieces) {
        return new MalformedHttp2(
                name,
                server -> {
                    server.headers(1, post().field("content-length", length), pieces.length == 0);
                    for (int i = 0; i < pieces.length; i++) {
                        server.data(1, pieces[i], i == pieces.length - 1);
                    }
                },
                LENGTH);
    }

    private static Stream<MalformedHttp2> lengths() {
        return Stream.of(
                length("length and no body", "3"),
                length("body longer than its length", "3", "abcd"),
                length("body shorter than its length", "3", "ab"),
                length("second piece too long", "3", "ab", "cd"),
                length("second piece too short", "30", "ab", "cd"),
                length("length 0 and a body", "0", "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
                length("length signed", "+3", "abc"),
                length("length negative", "-1", "abc"),
                length("length not a number", "abc", "abc"),
                length("length empty", "", "abc"),
                length("length list", "3, 4", "abc"),
                length("length beyond 64 bits", "18446744073709551619", "abc"),
                new MalformedHttp2(
                        "two lengths",
                        server -> {
                            HeaderBlock head = post().field("content-length", "3");
                            server.headers(1, head.field("content-length", "4"), false);
                            server.data(1, "abc", true);
                        },
                        LENGTH));
    }

    private static MalformedHttp2 trailer(String name, HeaderBlock trailers, boolean ends) {
        return new MalformedHttp2(
                name,
                server ->
                        server.headers(1, post(), false)
                                .data(1, "abc", false)
                                .headers(1, trailers, ends),
                Set.of("RST 1", "GOAWAY 1", "STATUS 400"));
    }

    private static Stream<MalformedHttp2> trailers() {
        return Stream.of(
                trailer("pseudo-header in trailers", only(":path", "/"), true),
                trailer("upper-case trailer", only("X", "y"), true),
                trailer("CR LF in a trailer", only("x", "y\r\nz: w"), true),
                trailer("connection in trailers", only("connection", "close"), true),
                trailer("trailers that do not end", only("x", "y"), false));
    }
}
