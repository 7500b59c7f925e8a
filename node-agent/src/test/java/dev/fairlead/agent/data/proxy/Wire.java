package dev.fairlead.agent.data.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One end of a plain connection, blocking: reads and writes HTTP/1 as bytes, checks nothing. */
class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000; // a hanging test fails, a slow one does not

    final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static Wire to(int port) throws IOException {
        return new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * One message as received.
     *
     * @param start request line or status line
     * @param headers as sent, one a string; trailers follow as {@code trailer: …}
     * @param body chunks put together
     */
    record Message(String start, List<String> headers, String body) {

        int status() {
            return Integer.parseInt(start.split(" ", 3)[1]);
        }

        /** First value, or the empty string. */
        String header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(h -> h.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(h -> h.substring(prefix.length()).strip())
                    .findFirst()
                    .orElse("");
        }

        boolean has(String name) {
            return !header(name).isEmpty();
        }
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void endSending() throws IOException {
        socket.shutdownOutput();
    }

    /** The answer to a request with any method but HEAD. */
    Message readResponse() throws IOException {
        return read(true);
    }

    /** A request, or a response without the rule that a body may end with the connection. */
    Message readRequest() throws IOException {
        return read(false);
    }

    /** A head only: what follows stays unread. */
    Message readHead() throws IOException {
        String start = line();
        List<String> headers = new ArrayList<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            headers.add(header);
        }
        return new Message(start, headers, "");
    }

    private Message read(boolean mayEndWithConnection) throws IOException {
        Message head = readHead();
        List<String> headers = new ArrayList<>(head.headers);
        String length = head.header("content-length");
        String body = "";
        if (head.start.startsWith("HTTP/") && bodyless(head.status())) {
            return head;
        }
        if (head.header("transfer-encoding").equals("chunked")) {
            body = chunks(headers);
        } else if (!length.isEmpty()) {
            body = bytes(Integer.parseInt(length));
        } else if (mayEndWithConnection) {
            body = rest();
        }
        return new Message(head.start, headers, body);
    }

    private static boolean bodyless(int status) {
        return status < 200 || status == 204 || status == 304;
    }

    private String chunks(List<String> headers) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            if (size == 0) {
                for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
                    headers.add("trailer: " + trailer);
                }
                return body.toString();
            }
            body.append(bytes(size));
            line();
        }
    }

    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection ended after '" + line + "'");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    String bytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException(bytes.length + " of " + count + " bytes");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** All that comes until the other side ends; IOException where it resets. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    long skipRest() throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    /** How the other side ended: {@code FIN} or {@code RST}, after any bytes. */
    String end() {
        try {
            skipRest();
            return "FIN";
        } catch (IOException e) {
            return "RST";
        }
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
