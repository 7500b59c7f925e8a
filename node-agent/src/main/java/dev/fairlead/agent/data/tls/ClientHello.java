package dev.fairlead.agent.data.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ClientHello from the first bytes of a connection, without taking them. Says "not TLS" as
 * soon as the bytes cannot become one. Pure; cost: one copy of the message, once it is all there.
 * Source: RFC 8446 §4.1.2 and §5.1, RFC 6066 §3, RFC 7301 §3.1.
 */
public final class ClientHello {

    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int MAJOR_VERSION = 3;
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int MAX_RECORD_BYTES = 1 << 14;
    private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
    private static final int MAX_SESSION_ID_BYTES = 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int ALPN = 16;
    private static final int MAX_EXTENSIONS = 128; // browsers send some 20

    private ClientHello() {}

    /**
     * What {@code buffer} says from its reader index on; its indexes stay.
     *
     * @param maxBytes of the message, records included; a longer one is {@link Peeked.NotTls}
     */
    public static Peeked peek(ByteBuf buffer, int maxBytes) {
        byte[] header = new byte[MESSAGE_HEADER_BYTES];
        int readable = Math.min(buffer.readableBytes(), maxBytes);
        int have = gather(buffer, readable, header);
        if (have < 0 || (have > 0 && header[0] != CLIENT_HELLO)) {
            return Peeked.NOT_TLS;
        }
        Peeked more = readable == maxBytes ? Peeked.NOT_TLS : Peeked.INCOMPLETE;
        if (have < header.length) {
            return more;
        }
        int size = MESSAGE_HEADER_BYTES + int24(header, 1);
        if (RECORD_HEADER_BYTES + size > maxBytes) {
            return Peeked.NOT_TLS;
        }
        if (readable < RECORD_HEADER_BYTES + size) {
            return more; // nothing allocated for one who sends a byte at a time
        }
        byte[] message = new byte[size];
        have = gather(buffer, readable, message);
        if (have < 0) {
            return Peeked.NOT_TLS;
        }
        return have < size ? more : new Body(message).read();
    }

    /**
     * Copies the first bytes of the handshake, out of as many records as they are in. Returns how
     * many there are, at most {@code into.length}; -1 where a record is not one of a handshake.
     */
    private static int gather(ByteBuf buffer, int readable, byte[] into) {
        int have = 0;
        int at = buffer.readerIndex();
        int end = at + readable;
        while (have < into.length && at < end) {
            if (buffer.getUnsignedByte(at) != HANDSHAKE_RECORD
                    || (end - at > 1 && buffer.getByte(at + 1) != MAJOR_VERSION)) {
                return -1;
            }
            if (end - at < RECORD_HEADER_BYTES) {
                return have;
            }
            int length = buffer.getUnsignedShort(at + 3);
            if (length == 0 || length > MAX_RECORD_BYTES) {
                return -1;
            }
            at += RECORD_HEADER_BYTES;
            int count = Math.min(Math.min(length, end - at), into.length - have);
            buffer.getBytes(at, into, have, count);
            have += count;
            at += length;
        }
        return have;
    }

    private static int int24(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
    }

    /** A cursor over the message; each length is checked against what encloses it. */
    private static final class Body {

        private final byte[] bytes;
        private int at;
        private @Nullable String sni;
        private @Nullable List<String> alpn;

        Body(byte[] bytes) {
            this.bytes = bytes;
        }

        Peeked read() {
            return readable() ? hello() : Peeked.NOT_TLS;
        }

        private Peeked hello() {
            return new Peeked.Hello(sni, alpn == null ? List.of() : alpn);
        }

        private boolean readable() {
            at = MESSAGE_HEADER_BYTES + VERSION_AND_RANDOM_BYTES;
            if (at > bytes.length || bytes[MESSAGE_HEADER_BYTES] != MAJOR_VERSION) {
                return false;
            }
            int sessionId = uint8(bytes.length);
            if (sessionId > MAX_SESSION_ID_BYTES || !skip(sessionId)) {
                return false;
            }
            int ciphers = uint16(bytes.length);
            if (ciphers < 2 || ciphers % 2 != 0 || !skip(ciphers)) {
                return false;
            }
            int compressions = uint8(bytes.length);
            if (compressions < 1 || !skip(compressions)) {
                return false;
            }
            if (at == bytes.length) {
                return true; // no extensions: TLS 1.2 and before
            }
            int extensions = uint16(bytes.length);
            return extensions >= 0 && at + extensions == bytes.length && extensions();
        }

        private boolean extensions() {
            for (int i = 0; at < bytes.length; i++) {
                int type = uint16(bytes.length);
                int length = uint16(bytes.length);
                int end = at + length;
                if (type < 0 || length < 0 || end > bytes.length || i == MAX_EXTENSIONS) {
                    return false;
                }
                if (type == SERVER_NAME && !(sni == null && serverName(end))) {
                    return false;
                }
                if (type == ALPN && !(alpn == null && protocols(end))) {
                    return false;
                }
                at = end;
            }
            return true;
        }

        private boolean serverName(int end) {
            int list = uint16(end);
            if (list < 0 || at + list != end) {
                return false;
            }
            while (at < end) {
                int type = uint8(end);
                int length = uint16(end);
                if (type < 0 || length < 1 || at + length > end) {
                    return false;
                }
                if (type == HOST_NAME) {
                    sni = text(length);
                    return sni != null;
                }
                at += length;
            }
            return true;
        }

        private boolean protocols(int end) {
            int list = uint16(end);
            if (list < 2 || at + list != end) {
                return false;
            }
            List<String> names = new ArrayList<>();
            while (at < end) {
                int length = uint8(end);
                if (length < 1 || at + length > end) {
                    return false;
                }
                names.add(new String(bytes, at, length, StandardCharsets.ISO_8859_1));
                at += length;
            }
            alpn = names;
            return true;
        }

        /** A host name; null where it has bytes that no name has. */
        private @Nullable String text(int length) {
            for (int i = at; i < at + length; i++) {
                if (bytes[i] <= ' ' || bytes[i] == 0x7f) {
                    return null;
                }
            }
            return new String(bytes, at, length, StandardCharsets.US_ASCII)
                    .toLowerCase(Locale.ROOT);
        }

        private boolean skip(int count) {
            at += count;
            return count >= 0 && at <= bytes.length;
        }

        /** The next byte; -1 where {@code end} comes first. */
        private int uint8(int end) {
            return at + 1 > end ? -1 : bytes[at++] & 0xff;
        }

        private int uint16(int end) {
            if (at + 2 > end) {
                return -1;
            }
            at += 2;
            return (bytes[at - 2] & 0xff) << 8 | (bytes[at - 1] & 0xff);
        }
    }
}
