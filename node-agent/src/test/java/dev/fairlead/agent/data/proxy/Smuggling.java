package dev.fairlead.agent.data.proxy;

import java.util.List;
import java.util.stream.Stream;

/**
 * One attempt to have a request read in two ways, and what must become of it. A further ordinary
 * request follows each, so one that is read whole shows as {@code GET /last}.
 *
 * @param served what the server hears, {@code METHOD target body}
 * @param statuses of all answers
 */
record Smuggling(String name, String bytes, List<String> served, List<Integer> statuses) {

    private static final String INNER = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    @Override
    public String toString() {
        return name;
    }

    static Stream<Smuggling> all() {
        return Stream.of(lengths(), codings(), chunks(), lines(), hosts(), ordinary())
                .flatMap(s -> s);
    }

    private static Smuggling refused(String name, String bytes) {
        return refused(name, 400, bytes);
    }

    /** Nothing of it reaches the server, and the connection ends with the answer. */
    private static Smuggling refused(String name, int status, String bytes) {
        return new Smuggling(name, bytes, List.of(), List.of(status));
    }

    private static Smuggling post(String name, String headers, String body) {
        return refused(name, "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body);
    }

    private static Smuggling get(String name, String headers) {
        return refused(name, "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + INNER);
    }

    private static Stream<Smuggling> lengths() {
        String te = "Transfer-Encoding: chunked\r\n";
        return Stream.of(
                post("CL.TE", "Content-Length: 6\r\n" + te, "0\r\n\r\nG"),
                post("TE.CL", te + "Content-Length: 4\r\n", "5c\r\n" + INNER + "\r\n0\r\n\r\n"),
                post("CL.0", "Content-Length: " + INNER.length() + "\r\n" + te, INNER),
                post("CL.CL", "Content-Length: 0\r\nContent-Length: 37\r\n", INNER),
                post("CL.CL alike", "Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
                post("CL list", "Content-Length: 3, 3\r\n", "abc"),
                post("CL list of two", "Content-Length: 0, 37\r\n", INNER),
                post("CL signed", "Content-Length: +3\r\n", "abc"),
                post("CL negative", "Content-Length: -1\r\n", INNER),
                post("CL hexadecimal", "Content-Length: 0x3\r\n", "abc"),
                post("CL with underscore", "Content-Length: 1_0\r\n", "0123456789"),
                post("CL exponent", "Content-Length: 1e1\r\n", "0123456789"),
                post("CL fraction", "Content-Length: 3.0\r\n", "abc"),
                post("CL empty", "Content-Length:\r\n", INNER),
                post("CL two numbers", "Content-Length: 3 7\r\n", "abc"),
                post("CL vertical tab", "Content-Length: \0133\r\n", "abc"),
                post("CL beyond 64 bits", "Content-Length: 18446744073709551619\r\n", "abc"),
                post("CL space before colon", "Content-Length : 37\r\n", INNER),
                post("CL NUL", "Content-Length: 3\0\r\n", "abc"),
                post("CL non-ASCII digit", "Content-Length: \u00b3\r\n", "abc"));
    }

    private static Stream<Smuggling> codings() {
        String zero = "0\r\n\r\n" + INNER;
        return Stream.of(
                post("TE space before colon", "Transfer-Encoding : chunked\r\n", zero),
                post("TE folded", "Transfer-Encoding:\r\n chunked\r\n", zero),
                post("TE after a folded line", "X: y\r\n Transfer-Encoding: chunked\r\n", zero),
                post("TE bare LF before", "X: y\nTransfer-Encoding: chunked\r\n", zero),
                post("TE bare CR before", "X: y\rTransfer-Encoding: chunked\r\n", zero),
                post("TE vertical tab", "Transfer-Encoding: \013chunked\r\n", zero),
                post("TE form feed", "Transfer-Encoding: chunked\f\r\n", zero),
                post("TE NUL", "Transfer-Encoding: chunked\0\r\n", zero),
                post("TE NUL in name", "Transfer-Encoding\0: chunked\r\n", zero),
                post("TE quoted", "Transfer-Encoding: \"chunked\"\r\n", zero),
                post("TE in single quotes", "Transfer-Encoding: 'chunked'\r\n", zero),
                post("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", zero),
                post("TE and identity", "Transfer-Encoding: chunked, identity\r\n", zero),
                post("TE parameter", "Transfer-Encoding: chunked;x=y\r\n", zero),
                post("TE prefix", "Transfer-Encoding: xchunked\r\n", zero),
                post("TE empty", "Transfer-Encoding:\r\n", zero),
                refused(
                        "TE trailing comma",
                        501,
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n" + zero),
                refused(
                        "TE in HTTP/1.0",
                        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + zero));
    }

    /** The head is in order: the answer is that to the body, which never ends for the server. */
    private static Smuggling chunked(String name, String body) {
        return post(name, "Transfer-Encoding: chunked\r\n", body);
    }

    private static Stream<Smuggling> chunks() {
        return Stream.of(
                chunked("chunk size signed", "+3\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size negative", "-3\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size 0x", "0x3\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size with underscore", "1_0\r\n0123456789abcdef\r\n0\r\n\r\n"),
                chunked("chunk size beyond 32 bits", "100000003\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size beyond 64 bits", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size empty", "\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size not hexadecimal", "g\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size and bare LF", "3\nabc\r\n0\r\n\r\n"),
                chunked("chunk extension with bare LF", "3;x\nabc\r\n0\r\n\r\n"),
                chunked("chunk extension with bare CR", "3;x\rabc\r\n0\r\n\r\n"),
                chunked("chunk data and bare LF", "3\r\nabc\n0\r\n\r\n"),
                chunked("chunk data without end", "3\r\nabc0\r\n\r\n"),
                chunked("chunk longer than its size", "3\r\nabcd\r\n0\r\n\r\n"),
                chunked("last chunk and bare LF", "0\n\r\n" + INNER),
                chunked("trailers end with bare LF", "0\r\nX: y\n\r\n" + INNER),
                chunked("trailer without colon", "0\r\n" + INNER));
    }

    private static Stream<Smuggling> lines() {
        return Stream.of(
                refused("bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n"),
                refused("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
                get("folded line", "X: y\r\n z\r\n"),
                get("folded by a tab", "X: y\r\n\tz\r\n"),
                get("first line folded", " X: y\r\n"),
                get("bare CR in a value", "X: y\rZ: w\r\n"),
                get("NUL in a value", "X: y\0z\r\n"),
                get("space in a name", "X Y: z\r\n"),
                get("no colon", "XY\r\n"),
                get("no name", ": y\r\n"),
                refused("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("four words", "GET / x HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("no version", "GET /\r\nHost: a\r\n\r\n"),
                refused("version 1.2", 505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
                refused("version 2.0", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
                refused("upgrade to h2c", 403, upgradeToH2c()));
    }

    private static String upgradeToH2c() {
        return "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    }

    private static Stream<Smuggling> hosts() {
        return Stream.of(
                refused("no Host", "GET / HTTP/1.1\r\n\r\n"),
                refused("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                refused("Host with user", "GET / HTTP/1.1\r\nHost: x@a\r\n\r\n"),
                refused("Host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                refused("Host with space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
                refused("absolute with user", "GET http://x@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                refused("other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                get("Host named in Connection", "Connection: host\r\n"),
                get("length named in Connection", "Connection: content-length\r\n"));
    }

    private static Smuggling served(String name, String bytes, String as) {
        return new Smuggling(name, bytes, List.of(as, "GET /last"), List.of(200, 200));
    }

    /** What looks odd and is in order. */
    private static Stream<Smuggling> ordinary() {
        String chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:";
        return Stream.of(
                served("tab before chunked", chunked + "\tchunked\r\n\r\n0\r\n\r\n", "POST /"),
                served("Chunked", chunked + " CHUNKED \r\n\r\n1\r\na\r\n0\r\n\r\n", "POST / a"),
                served(
                        "extension",
                        chunked + " chunked\r\n\r\n1;x=y\r\na\r\n0\r\n\r\n",
                        "POST / a"),
                served(
                        "folded trailer",
                        chunked + " chunked\r\n\r\n0\r\nX: y\r\n z\r\n\r\n",
                        "POST /"),
                served("zeros", chunked + " chunked\r\n\r\n001\r\na\r\n00\r\n\r\n", "POST / a"),
                served("empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /"),
                served(
                        "absolute form has its own host",
                        "GET http://a/x HTTP/1.1\r\nHost: b\r\n\r\n",
                        "GET /x"),
                served(
                        "a body that looks like a request",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /",
                        "POST / GET /"));
    }
}
