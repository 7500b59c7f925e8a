package dev.fairlead.pilot.keys;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The body of a response to a request that asks for nothing special. Source: RFC 9112. */
final class HttpAnswer {

    private static final int MAX_LINE = 8192;
    private static final int MAX_LINES = 200;

    private final InputStream in;
    private final int max;

    private HttpAnswer(InputStream in, int max) {
        this.in = in;
        this.max = max;
    }

    static String read(InputStream in, int max) throws IOException {
        return new HttpAnswer(in, max).body();
    }

    private String body() throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.[01] [0-9]{3}( .*)?")) {
            throw new IOException("no HTTP answer");
        }
        int code = Integer.parseInt(status.substring(9, 12));
        boolean chunked = false;
        int length = -1;
        int lines = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (++lines > MAX_LINES) {
                throw new IOException("too many headers");
            }
            if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.endsWith("chunked");
            } else if (lower.startsWith("content-length:")) {
                length = number(lower.substring(lower.indexOf(':') + 1).strip(), 10);
            }
        }
        if (code != 200) {
            throw new IOException("status " + code); // 3xx too: nothing is followed
        }
        byte[] bytes = chunked ? chunks() : length >= 0 ? bytes(length) : rest();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int number(String text, int radix) throws IOException {
        int number;
        try {
            number = Integer.parseInt(text, radix);
        } catch (NumberFormatException e) {
            throw new IOException("no length: " + text.replaceAll("[^ -~]", "?"), e);
        }
        if (number < 0 || number > max) {
            throw new IOException("more than " + max + " bytes");
        }
        return number;
    }

    private byte[] chunks() throws IOException {
        var all = new ByteArrayOutputStream();
        while (true) {
            int size = number(line().split(";", 2)[0].strip(), 16);
            if (size == 0) {
                return all.toByteArray();
            }
            if (all.size() + size > max) {
                throw new IOException("more than " + max + " bytes");
            }
            all.writeBytes(bytes(size));
            line();
        }
    }

    private byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the answer ends too soon");
        }
        return bytes;
    }

    private byte[] rest() throws IOException {
        byte[] bytes = in.readNBytes(max + 1);
        if (bytes.length > max) {
            throw new IOException("more than " + max + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > MAX_LINE) {
                throw new IOException("the answer ends too soon");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
                ? line.substring(0, end - 1)
                : line.toString();
    }
}
