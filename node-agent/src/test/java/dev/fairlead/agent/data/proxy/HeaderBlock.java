package dev.fairlead.agent.data.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A header block that may have anything in it. Source: RFC 7541 §5, §6. */
final class HeaderBlock {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** {@code POST / http a}. */
    static HeaderBlock post() {
        return request("POST", "/");
    }

    static HeaderBlock get() {
        return request("GET", "/");
    }

    static HeaderBlock request(String method, String path) {
        return new HeaderBlock()
                .field(":method", method)
                .field(":scheme", "http")
                .field(":path", path)
                .field(":authority", "a");
    }

    /** A literal that enters no table. */
    HeaderBlock field(String name, String value) {
        bytes.write(0);
        return string(name).string(value);
    }

    /** A literal that enters the table. */
    HeaderBlock indexedField(String name, String value) {
        bytes.write(0x40);
        return string(name).string(value);
    }

    /** A field by its number in the tables; 62 is the newest of the dynamic one. */
    HeaderBlock index(int number) {
        return integer(0x80, 7, number);
    }

    HeaderBlock tableSize(int size) {
        return integer(0x20, 5, size);
    }

    HeaderBlock raw(int... octets) {
        for (int octet : octets) {
            bytes.write(octet);
        }
        return this;
    }

    private HeaderBlock string(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        integer(0, 7, octets.length);
        bytes.writeBytes(octets);
        return this;
    }

    private HeaderBlock integer(int pattern, int prefixBits, int value) {
        int most = (1 << prefixBits) - 1;
        if (value < most) {
            bytes.write(pattern | value);
            return this;
        }
        bytes.write(pattern | most);
        int rest = value - most;
        for (; rest >= 128; rest >>>= 7) {
            bytes.write(rest & 127 | 128);
        }
        bytes.write(rest);
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
