package dev.fairlead.agent.data.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How calls are known, their status, their timeout, and their messages at every split. */
class GrpcSyntaxTest {

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc+"})
    void callsAreKnownByTheirContentType(String type) {
        assertThat(GrpcCall.of(request(type))).isNotNull();
        assertThat(GrpcCall.of(request(AsciiString.of(type)))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/grp",
                "application/grpc-web",
                "application/grpc-web+proto",
                "application/grpc;x",
                "application/grpcx",
                "application/json",
                "text/application/grpc"
            })
    void nothingElseIsACall(String type) {
        assertThat(GrpcCall.of(request(type))).isNull();
    }

    @Test
    void aRequestWithoutAContentTypeIsNoCall() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        assertThat(GrpcCall.of(request)).isNull();
    }

    private static HttpRequest request(CharSequence type) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        request.headers().set("content-type", type);
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "200,2", "301,2", "400,13", "401,16", "403,7", "404,12", "408,2", "429,14", "500,2",
        "502,14", "503,14", "504,14", "505,2"
    })
    void anHttpStatusStandsForAGrpcStatus(int http, int grpc) {
        assertThat(GrpcStatus.ofHttp(http)).isEqualTo(grpc);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0", "4,4", "04,4", "16,16", "17,-1", "99,-1", "x,-1", "-1,-1", "123,-1", "'',-2"
    })
    void aStatusIsReadFromItsHeader(String value, int status) {
        HttpHeaders headers = new DefaultHttpHeaders().set("grpc-status", value);
        assertThat(GrpcStatus.read(headers)).isEqualTo(status);
    }

    @Test
    void whereNoStatusWasSaidHttpsStandsForIt() {
        GrpcCall call = GrpcCall.of(request("application/grpc"));
        assertThat(call).isNotNull();
        assertThat(call.status(0)).isEqualTo(GrpcStatus.NONE);
        assertThat(call.status(200)).isEqualTo(GrpcStatus.UNKNOWN);
        assertThat(call.status(503)).isEqualTo(GrpcStatus.UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"no route|no route", "100%|100%25", "a~b|a%7Eb", "ä|%C3%A4", "a b|a b"})
    void aMessageIsPercentEncoded(String text, String encoded) {
        assertThat(GrpcStatus.percentEncode(text)).isEqualTo(encoded);
    }

    @Test
    void controlCharactersOfAMessageAreEncoded() {
        assertThat(GrpcStatus.percentEncode("a\r\nb\u007f")).isEqualTo("a%0D%0Ab%7F");
    }

    @ParameterizedTest
    @CsvSource({
        "0m,0",
        "1H,3600000",
        "2M,120000",
        "3S,3000",
        "250m,250",
        "1u,1",
        "1000u,1",
        "1001u,2",
        "1n,1",
        "99999999n,100",
        "00000001S,1000",
        "99999999S,99999999000"
    })
    void aTimeoutIsANumberAndAUnit(String value, long millis) {
        assertThat(GrpcTimeout.parse(value)).isEqualTo(millis * 1_000_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "S",
                "1",
                "10",
                "100000000S",
                "000000001S",
                "-1S",
                "+1S",
                "1s",
                "1 S",
                " 1S",
                "1.5S",
                "0x1S",
                "1SS",
                "1h",
                "١S"
            })
    void aMalformedTimeoutIsNone(String value) {
        assertThat(GrpcTimeout.parse(value)).isEqualTo(GrpcTimeout.NONE);
    }

    @Property
    void whateverATimeoutSaysIsATimeOrNone(@ForAll String value) {
        assertThat(GrpcTimeout.parse(value)).isGreaterThanOrEqualTo(GrpcTimeout.NONE);
    }

    @Test
    void theLongestTimeoutIsLongerThanAnybodyWaits() {
        assertThat(GrpcTimeout.parse("99999999H")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aBoundIsToldToTheUpstream() {
        Map<String, String> cases =
                Map.of("10S", "10S", "70000m", "60000m", "99999999H", "60000m", "x", "x");
        cases.forEach((asked, told) -> {
            HttpHeaders headers = new DefaultHttpHeaders().set("grpc-timeout", asked);
            GrpcTimeout.bounded(headers, Duration.ofMinutes(1));
            assertThat(headers.get("grpc-timeout")).isEqualTo(told);
        });
        HttpHeaders headers = new DefaultHttpHeaders().set("grpc-timeout", "10H");
        assertThat(GrpcTimeout.bounded(headers, Duration.ZERO))
                .isEqualTo(Duration.ofHours(10).toNanos());
        assertThat(headers.get("grpc-timeout")).isEqualTo("10H");
        assertThat(GrpcTimeout.bounded(new DefaultHttpHeaders(), Duration.ofSeconds(1)))
                .isEqualTo(GrpcTimeout.NONE);
    }

    @Test
    void aBoundIsSaidInTheFinestUnitThatHoldsIt() {
        assertThat(GrpcTimeout.format(Duration.ofMillis(1))).isEqualTo("1m");
        assertThat(GrpcTimeout.format(Duration.ofNanos(1))).isEqualTo("1m");
        assertThat(GrpcTimeout.format(Duration.ofMillis(99_999_999))).isEqualTo("99999999m");
        assertThat(GrpcTimeout.format(Duration.ofSeconds(100_000))).isEqualTo("100000S");
        assertThat(GrpcTimeout.format(Duration.ofHours(30_000))).isEqualTo("30000H");
    }

    @Test
    void messagesAreCountedAtEverySplit() {
        byte[] stream = messages(List.of(0, 3, 300, 0, 1));
        for (int first = 0; first <= stream.length; first++) {
            for (int second = first; second <= stream.length; second += 7) {
                MessageCounter counter = new MessageCounter();
                counter.add(Unpooled.wrappedBuffer(stream, 0, first));
                counter.add(Unpooled.wrappedBuffer(stream, first, second - first));
                counter.add(Unpooled.wrappedBuffer(stream, second, stream.length - second));
                assertThat(counter.begun()).as("%d and %d", first, second).isEqualTo(5);
            }
        }
    }

    @Test
    void bytesOneByOneAreTheSame() {
        MessageCounter counter = new MessageCounter();
        for (byte each : messages(List.of(0, 3, 300, 0, 1))) {
            counter.add(Unpooled.wrappedBuffer(new byte[] {each}));
        }
        assertThat(counter.begun()).isEqualTo(5);
    }

    @Test
    void aLengthOfFourGigabytesIsNotNegative() {
        MessageCounter counter = new MessageCounter();
        counter.add(Unpooled.wrappedBuffer(new byte[] {0, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0}));
        assertThat(counter.begun()).isEqualTo(1);
    }

    @Property
    void whatEndsInsideOfAMessageCountsItOnce(
            @ForAll @Size(max = 8) List<@IntRange(max = 64) Integer> sizes,
            @ForAll @IntRange(max = 600) int cut) {
        byte[] stream = messages(sizes);
        int length = Math.min(cut, stream.length);
        MessageCounter counter = new MessageCounter();
        counter.add(Unpooled.wrappedBuffer(stream, 0, length));

        long begun = 0;
        int start = 0;
        for (int size : sizes) {
            begun += start < length ? 1 : 0;
            start += 5 + size;
        }
        assertThat(counter.begun()).isEqualTo(begun);
    }

    private static byte[] messages(List<Integer> sizes) {
        ByteBuffer stream =
                ByteBuffer.allocate(
                        sizes.stream().mapToInt(Integer::intValue).sum() + 5 * sizes.size());
        for (int size : sizes) {
            byte[] body = new byte[size];
            Arrays.fill(body, (byte) 0xff);
            stream.put((byte) 1).putInt(size).put(body);
        }
        return stream.array();
    }
}
