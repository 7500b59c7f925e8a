package dev.fairlead.agent.data.header;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.header.ProxyHeaderParser.Parsed;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderParserTest {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String ADDRESSES_4 = "0a0000010a0000021f9001bb";

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    private static ProxyHeader header(String source, int from, String destination, int to) {
        return new ProxyHeader(
                new InetSocketAddress(InetAddress.ofLiteral(source), from),
                new InetSocketAddress(InetAddress.ofLiteral(destination), to));
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 10.0.0.1 10.0.0.2 8080 443|, 10.0.0.1, 8080, 10.0.0.2, 443",
        "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0|rest, 255.255.255.255, 65535, 0.0.0.0, 0",
        "PROXY TCP6 fd00::1 ::1 1 2|, fd00::1, 1, ::1, 2",
        "PROXY TCP6 FD00:0:0:0:0:0:0:1 ::1 1 2|, fd00::1, 1, ::1, 2"
    })
    void aLineOfVersion1(String sent, String from, int fromPort, String to, int toPort) {
        String line = sent.replace("|", "\r\n");
        assertThat(ProxyHeaderParser.parse(text(line)))
                .isEqualTo(
                        new Parsed.Found(
                                line.indexOf('\n') + 1, header(from, fromPort, to, toPort)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
                "PROXY UNKNOWN anything at all\r\n"
            })
    void unknownSaysNothing(String line) {
        assertThat(ProxyHeaderParser.parse(text(line)))
                .isEqualTo(new Parsed.Found(line.length(), null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 10.0.0.1 10.0.0.2 8080 443\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 8080\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 8080 443 \r\n",
                "PROXY TCP4  10.0.0.1 10.0.0.2 8080 443\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 08080 443\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 -1 443\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 65536 443\r\n",
                "PROXY TCP4 10.0.0 10.0.0.2 80 443\r\n",
                "PROXY TCP4 ::1 ::2 80 443\r\n",
                "PROXY TCP6 10.0.0.1 10.0.0.2 80 443\r\n",
                "PROXY TCP6 [::1] ::2 80 443\r\n",
                "PROXY TCP6 fe80::1%eth0 ::2 80 443\r\n",
                "PROXY TCP5 10.0.0.1 10.0.0.2 80 443\r\n",
                "PROXY tcp4 10.0.0.1 10.0.0.2 80 443\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY \r\n"
            })
    void aLineThatNobodyMaySend(String line) {
        assertThat(ProxyHeaderParser.parse(text(line))).isInstanceOf(Parsed.Malformed.class);
    }

    @Test
    void aLineHasABound() {
        String line = "PROXY UNKNOWN " + "x".repeat(ProxyHeaderParser.MAX_TEXT_BYTES - 16);
        assertThat(ProxyHeaderParser.parse(text(line + "\r\n")))
                .isEqualTo(new Parsed.Found(ProxyHeaderParser.MAX_TEXT_BYTES, null));
        assertThat(ProxyHeaderParser.parse(text(line + "x\r\n")))
                .isInstanceOf(Parsed.Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2111000c" + ADDRESSES_4 + ", 28",
        "2111000f" + ADDRESSES_4 + "040000, 31",
        "21110013" + ADDRESSES_4 + "02000461626364ffff, 35"
    })
    void addressesOfVersion2AreFoundBeforeWhatFollows(String hex, int length) {
        assertThat(ProxyHeaderParser.parse(hex(SIGNATURE + hex)))
                .isEqualTo(new Parsed.Found(length, header("10.0.0.1", 8080, "10.0.0.2", 443)));
    }

    @Test
    void addressesOfIpv6() {
        String addresses = "fd00" + "00".repeat(13) + "01" + "00".repeat(15) + "01" + "00010002";
        assertThat(ProxyHeaderParser.parse(hex(SIGNATURE + "21210024" + addresses)))
                .isEqualTo(new Parsed.Found(52, header("fd00::1", 1, "::1", 2)));
    }

    @ParameterizedTest
    @CsvSource({
        "20000000, 16", // LOCAL, as health checks send it
        "20000003ffffff, 19",
        "2011000c" + ADDRESSES_4 + ", 28", // LOCAL: what it says of addresses is not looked at
        "20ff0000, 16",
        "21000000, 16", // PROXY of an unspecified family
        "21000002abcd, 18"
    })
    void localAndUnspecifiedSayNothing(String hex, int length) {
        assertThat(ProxyHeaderParser.parse(hex(SIGNATURE + hex)))
                .isEqualTo(new Parsed.Found(length, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1111000c" + ADDRESSES_4, // version 1 in binary
                "3111000c" + ADDRESSES_4, // version 3
                "2211000c" + ADDRESSES_4, // an unknown command
                "2112000c" + ADDRESSES_4, // UDP
                "213100d8", // a path
                "2199000c", // no family
                "2111000b", // shorter than its addresses
                "21210023",
                "2111ffff" // longer than anyone needs
            })
    void abinaryHeaderThatNobodyMaySend(String hex) {
        assertThat(ProxyHeaderParser.parse(hex(SIGNATURE + hex)))
                .isInstanceOf(Parsed.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET / HTTP/1.1\r\n", "P", "PR", "PROXY", "PROXX ", "\r\n\r\n", "\r\nx"})
    void otherBytesAreNoHeaderAsSoonAsTheyCannotBecomeOne(String text) {
        boolean mayBecome = "PROXY ".startsWith(text) || "\r\n\r\n".equals(text);
        assertThat(ProxyHeaderParser.parse(text(text)))
                .isEqualTo(mayBecome ? new Parsed.Incomplete(false) : new Parsed.Absent());
    }

    @Provide
    Arbitrary<ProxyHeader> headers() {
        Arbitrary<InetSocketAddress> ipv4 = addresses(4);
        Arbitrary<InetSocketAddress> ipv6 = addresses(16);
        return Arbitraries.oneOf(
                Combinators.combine(ipv4, ipv4).as(ProxyHeader::new),
                Combinators.combine(ipv6, ipv6).as(ProxyHeader::new));
    }

    private static Arbitrary<InetSocketAddress> addresses(int bytes) {
        return Combinators.combine(
                        Arbitraries.bytes().array(byte[].class).ofSize(bytes),
                        Arbitraries.integers().between(0, 65_535))
                .as((address, port) -> {
                    try {
                        return new InetSocketAddress(InetAddress.getByAddress(address), port);
                    } catch (UnknownHostException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @Property
    void whatIsWrittenIsRead(
            @ForAll("headers") ProxyHeader header, @ForAll Version version, @ForAll byte[] rest) {
        ByteBuf bytes = Unpooled.buffer();
        header.write(version.model, bytes);
        int length = bytes.readableBytes();
        bytes.writeBytes(rest);
        assertThat(ProxyHeaderParser.parse(bytes)).isEqualTo(new Parsed.Found(length, header));
        for (int cut = 0; cut < length; cut++) {
            assertThat(ProxyHeaderParser.parse(bytes.slice(0, cut)))
                    .isInstanceOf(Parsed.Incomplete.class);
        }
    }

    enum Version {
        ONE(ProxyProtocol.V1),
        TWO(ProxyProtocol.V2);

        private final ProxyProtocol model;

        Version(ProxyProtocol model) {
            this.model = model;
        }
    }

    @Test
    void addressesOfTwoFamiliesAreWrittenAsOne() {
        ProxyHeader mixed = header("10.0.0.1", 1, "fd00::1", 2);
        ByteBuf text = Unpooled.buffer();
        mixed.write(ProxyProtocol.V1, text);
        assertThat(text.toString(StandardCharsets.US_ASCII))
                .isEqualTo("PROXY TCP6 ::ffff:10.0.0.1 fd00::1 1 2\r\n");
        ByteBuf binary = Unpooled.buffer();
        mixed.write(ProxyProtocol.V2, binary);
        assertThat(ByteBufUtil.hexDump(binary))
                .startsWith(SIGNATURE + "21210024" + "00".repeat(10) + "ffff0a000001fd00");
    }

    /** After a signature: whatever comes, it is one of the answers, within the bound. */
    @Property
    void anythingAfterTheSignature(@ForAll @Size(max = 64) byte[] rest) {
        ByteBuf bytes = hex(SIGNATURE).alloc().heapBuffer();
        bytes.writeBytes(ByteBufUtil.decodeHexDump(SIGNATURE)).writeBytes(rest);
        if (ProxyHeaderParser.parse(bytes) instanceof Parsed.Found(int length, var _)) {
            assertThat(length).isBetween(16, ProxyHeaderParser.MAX_BINARY_BYTES);
        }
        assertThat(bytes.readerIndex()).isZero();
    }
}
