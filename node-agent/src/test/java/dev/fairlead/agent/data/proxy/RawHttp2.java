package dev.fairlead.agent.data.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's end of an HTTP/2 connection that writes any frame, right or wrong, and notes what
 * comes back. Source: RFC 9113 §4.1, §6.
 */
final class RawHttp2 implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    final AtomicLong dataBytes = new AtomicLong();
    private final Socket socket;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder heads = new DefaultHttp2HeadersDecoder(false);
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final Map<Integer, String> endings = new ConcurrentHashMap<>();
    private final Map<Integer, String> statuses = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> settings = new ConcurrentHashMap<>();
    private volatile @Nullable Integer goAway;
    private volatile boolean closed;
    private volatile int pongs;
    private int pings;

    /** One that has not sent its preface. */
    RawHttp2(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
    }

    /** One that reads, and has exchanged settings; ours are {@code pairs} of number and value. */
    static RawHttp2 to(int port, int... pairs) throws Exception {
        RawHttp2 client = new RawHttp2(port);
        client.preface(pairs);
        client.startReading();
        client.await("the server's settings", () -> client.settings.containsKey(0));
        return client;
    }

    RawHttp2 preface(int... pairs) throws IOException {
        out.write(PREFACE.getBytes(StandardCharsets.ISO_8859_1));
        return frame(SETTINGS, 0, 0, settings(pairs));
    }

    static byte[] settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length * 3);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return payload.array();
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
        return frame(payload.length, type, flags, stream, payload);
    }

    /** A frame whose length need not be that of {@code payload}. */
    RawHttp2 frame(int length, int type, int flags, int stream, byte[] payload) throws IOException {
        byte[] frame =
                ByteBuffer.allocate(9 + payload.length)
                        .putInt(length << 8 | type)
                        .put((byte) flags)
                        .putInt(stream)
                        .put(payload)
                        .array();
        out.write(frame);
        return this;
    }

    RawHttp2 headers(int stream, HeaderBlock head, boolean ends) throws IOException {
        return frame(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, head.bytes());
    }

    RawHttp2 data(int stream, String text, boolean ends) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return frame(DATA, ends ? END_STREAM : 0, stream, bytes);
    }

    RawHttp2 reset(int stream) throws IOException {
        return frame(RST_STREAM, 0, stream, number(8));
    }

    RawHttp2 raw(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    void startReading() {
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = new byte[lengthAndType >>> 8];
                in.readFully(payload);
                note(lengthAndType & 0xff, flags, stream, payload);
            }
        } catch (IOException e) {
            closed = true;
        } catch (Http2Exception e) {
            closed = true;
            throw new AssertionError("the agent's head cannot be read", e);
        }
    }

    private void note(int type, int flags, int stream, byte[] payload)
            throws IOException, Http2Exception {
        switch (type) {
            case DATA -> dataBytes.addAndGet(payload.length);
            case HEADERS, CONTINUATION -> head(flags, stream, payload);
            case RST_STREAM ->
                    endings.putIfAbsent(stream, "RST " + ByteBuffer.wrap(payload).getInt());
            case SETTINGS -> settings(flags, payload);
            case PING -> pongs += flags & ACK;
            case GOAWAY -> goAway = ByteBuffer.wrap(payload).getInt(4);
            default -> {}
        }
        if (type <= HEADERS && (flags & END_STREAM) != 0) {
            endings.putIfAbsent(stream, "STATUS " + statuses.get(stream));
        }
    }

    private void head(int flags, int stream, byte[] payload) throws Http2Exception {
        block.writeBytes(payload);
        if ((flags & END_HEADERS) != 0) {
            var head = heads.decodeHeaders(stream, Unpooled.wrappedBuffer(block.toByteArray()));
            block.reset();
            if (head.status() != null) {
                statuses.put(stream, head.status().toString());
            }
        }
    }

    private void settings(int flags, byte[] payload) throws IOException {
        if ((flags & ACK) != 0) {
            return;
        }
        ByteBuffer pairs = ByteBuffer.wrap(payload);
        while (pairs.hasRemaining()) {
            settings.put((int) pairs.getShort(), pairs.getInt());
        }
        settings.put(0, 0);
        frame(SETTINGS, ACK, 0, new byte[0]);
    }

    /** What the server said of {@code number}; AssertionError if nothing. */
    int setting(int number) {
        return Objects.requireNonNull(settings.get(number), () -> "no setting " + number);
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        Mesh.await(what + "; " + this, condition);
    }

    /** Waits for the end of the connection: {@code GOAWAY n} or {@code CLOSED}. */
    String connectionEnd() throws InterruptedException {
        await("the end of the connection", () -> closed);
        return goAway == null ? "CLOSED" : "GOAWAY " + goAway;
    }

    /** Waits for the end of {@code stream}: {@code RST n}, {@code STATUS n} or the connection's. */
    String end(int stream) throws InterruptedException {
        await("the end of stream " + stream, () -> endings.containsKey(stream) || closed);
        String ending = endings.get(stream);
        return ending == null ? connectionEnd() : ending;
    }

    /** Whether a PING is answered, and not the connection ended. */
    boolean isAlive() throws InterruptedException {
        pings++;
        int asked = pings;
        try {
            frame(PING, 0, 0, new byte[8]);
        } catch (IOException e) {
            // ended: seen by the reader
        }
        await("an answer to PING", () -> pongs >= asked || closed || goAway != null);
        return goAway == null && !closed;
    }

    @Override
    public String toString() {
        return "goaway=" + goAway + " closed=" + closed + " streams=" + endings;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
