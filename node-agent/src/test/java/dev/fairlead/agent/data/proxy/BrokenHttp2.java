package dev.fairlead.agent.data.proxy;

import static dev.fairlead.agent.data.proxy.HeaderBlock.get;
import static dev.fairlead.agent.data.proxy.HeaderBlock.post;
import static dev.fairlead.agent.data.proxy.RawHttp2.CONTINUATION;
import static dev.fairlead.agent.data.proxy.RawHttp2.DATA;
import static dev.fairlead.agent.data.proxy.RawHttp2.END_HEADERS;
import static dev.fairlead.agent.data.proxy.RawHttp2.HEADERS;
import static dev.fairlead.agent.data.proxy.RawHttp2.PADDED;
import static dev.fairlead.agent.data.proxy.RawHttp2.PING;
import static dev.fairlead.agent.data.proxy.RawHttp2.PUSH_PROMISE;
import static dev.fairlead.agent.data.proxy.RawHttp2.RST_STREAM;
import static dev.fairlead.agent.data.proxy.RawHttp2.SETTINGS;
import static dev.fairlead.agent.data.proxy.RawHttp2.WINDOW_UPDATE;
import static dev.fairlead.agent.data.proxy.RawHttp2.number;

import java.util.Set;
import java.util.stream.Stream;

/**
 * What breaks a whole connection, and the ways in which it may end: {@code GOAWAY} with a code, or
 * closed without one where even that is allowed. Source: RFC 9113 §5.4.1 and the frames' sections.
 */
record BrokenHttp2(String name, MalformedHttp2.Sending sending, Set<String> endings) {

    private static final String PROTOCOL = "GOAWAY 1";
    private static final String FLOW = "GOAWAY 3";
    private static final String FRAME_SIZE = "GOAWAY 6";
    private static final String COMPRESSION = "GOAWAY 9";

    @Override
    public String toString() {
        return name;
    }

    private static BrokenHttp2 of(String name, MalformedHttp2.Sending sending, String... endings) {
        return new BrokenHttp2(name, sending, Set.of(endings));
    }

    private static BrokenHttp2 block(String name, HeaderBlock block) {
        return of(name, s -> s.headers(1, block, true), COMPRESSION);
    }

    static Stream<BrokenHttp2> all() {
        return Stream.of(compression(), sizes(), windows(), states()).flatMap(s -> s);
    }

    private static Stream<BrokenHttp2> compression() {
        return Stream.of(
                block("index 0", get().raw(0x80)),
                block("index beyond the tables", get().index(62)),
                block("index of 2^32 and more", get().raw(0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)),
                block("integer without end", get().raw(0xff).raw(new int[20]).raw(0x80, 0x80)),
                block("cut integer", get().raw(0xff, 0x80)),
                block("cut literal", get().raw(0, 5, 'a')),
                block("length of a name beyond the block", get().raw(0, 0x7f, 0xff, 0x7f)),
                block("Huffman padded by zeros", get().raw(0, 1, 'x', 0x81, 0x00)),
                block("Huffman padding too long", get().raw(0, 1, 'x', 0x82, 0xff, 0xff)),
                block("Huffman end of string", get().raw(0, 1, 'x', 0x84, 255, 255, 255, 255)),
                block("table larger than allowed", new HeaderBlock().tableSize(1 << 20)),
                block("table size after a field", get().tableSize(0)));
    }

    private static Stream<BrokenHttp2> sizes() {
        byte[] big = new byte[16_385];
        return Stream.of(
                of(
                        "DATA too long",
                        s -> s.headers(1, post(), false).frame(DATA, 0, 1, big),
                        FRAME_SIZE),
                of("HEADERS too long", s -> s.frame(HEADERS, END_HEADERS, 1, big), FRAME_SIZE),
                of("SETTINGS too long", s -> s.frame(SETTINGS, 0, 0, big), FRAME_SIZE),
                of(
                        "a length of 16 MiB",
                        s -> s.frame(0xffffff, DATA, 0, 1, new byte[0]),
                        FRAME_SIZE),
                of("unknown frame too long", s -> s.frame(99, 0, 0, big), FRAME_SIZE),
                of("SETTINGS of 5 bytes", s -> s.frame(SETTINGS, 0, 0, new byte[5]), FRAME_SIZE),
                of("PING of 7 bytes", s -> s.frame(PING, 0, 0, new byte[7]), FRAME_SIZE),
                of(
                        "RST_STREAM of 3 bytes",
                        s -> opened(s).frame(RST_STREAM, 0, 1, new byte[3]),
                        FRAME_SIZE),
                of(
                        "padding longer than the frame",
                        s -> opened(s).frame(DATA, PADDED, 1, new byte[] {9, 1}),
                        PROTOCOL));
    }

    private static RawHttp2 opened(RawHttp2 server) throws java.io.IOException {
        return server.headers(1, post(), false);
    }

    private static Stream<BrokenHttp2> windows() {
        byte[] most = number(Integer.MAX_VALUE);
        return Stream.of(
                of("connection window overflow", s -> s.frame(WINDOW_UPDATE, 0, 0, most), FLOW),
                of(
                        "connection window by 0",
                        s -> s.frame(WINDOW_UPDATE, 0, 0, number(0)),
                        PROTOCOL),
                of(
                        "initial window above 2^31-1",
                        s -> s.frame(SETTINGS, 0, 0, RawHttp2.settings(4, -1)),
                        FLOW));
    }

    private static Stream<BrokenHttp2> states() {
        return Stream.of(
                of("DATA on an idle stream", s -> s.data(1, "x", true), PROTOCOL),
                of("DATA on stream 0", s -> s.data(0, "x", true), PROTOCOL),
                of("HEADERS on stream 0", s -> s.headers(0, get(), true), PROTOCOL),
                of("HEADERS on an even stream", s -> s.headers(2, get(), true), PROTOCOL),
                of("RST_STREAM on an idle stream", s -> s.reset(1), PROTOCOL),
                of(
                        "WINDOW_UPDATE on an idle stream",
                        s -> s.frame(WINDOW_UPDATE, 0, 1, number(1)),
                        PROTOCOL),
                of(
                        "PUSH_PROMISE by a client",
                        s -> s.frame(PUSH_PROMISE, END_HEADERS, 1, number(2)),
                        PROTOCOL),
                of(
                        "CONTINUATION without HEADERS",
                        s -> s.frame(CONTINUATION, END_HEADERS, 1, new byte[0]),
                        PROTOCOL),
                of(
                        "DATA amid a header block",
                        s -> s.frame(HEADERS, 0, 1, get().bytes()).data(1, "x", true),
                        PROTOCOL),
                of(
                        "unknown frame amid a header block",
                        s -> s.frame(HEADERS, 0, 1, get().bytes()).frame(99, 0, 1, new byte[1]),
                        PROTOCOL),
                of(
                        "CONTINUATION of another stream",
                        s ->
                                s.frame(HEADERS, 0, 1, get().bytes())
                                        .frame(CONTINUATION, END_HEADERS, 3, new byte[0]),
                        PROTOCOL),
                of("SETTINGS on a stream", s -> s.frame(SETTINGS, 0, 1, new byte[0]), PROTOCOL),
                of(
                        "acknowledgement with settings",
                        s -> s.frame(SETTINGS, 1, 0, new byte[6]),
                        FRAME_SIZE),
                of("PING on a stream", s -> s.frame(PING, 0, 1, new byte[8]), PROTOCOL),
                of(
                        "push enabled by 2",
                        s -> s.frame(SETTINGS, 0, 0, RawHttp2.settings(2, 2)),
                        PROTOCOL),
                of(
                        "frames of 1 byte at most",
                        s -> s.frame(SETTINGS, 0, 0, RawHttp2.settings(5, 1)),
                        PROTOCOL));
    }
}
