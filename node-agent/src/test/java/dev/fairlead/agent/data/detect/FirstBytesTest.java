package dev.fairlead.agent.data.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstBytesTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<FirstBytes.Found> found = new ArrayList<>();

    @BeforeEach
    void freezeTime() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void read(boolean wantsHttp, Duration timeout) {
        FirstBytes.read(channel, wantsHttp, timeout, found::add);
    }

    private void send(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    /** All bytes that went on, in order. */
    private String passedOn() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            all.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return all.toString();
    }

    private static byte[] clientHello() throws Exception {
        SslHandler handler =
                SslContextBuilder.forClient()
                        .applicationProtocolConfig(
                                new ApplicationProtocolConfig(
                                        ApplicationProtocolConfig.Protocol.ALPN,
                                        ApplicationProtocolConfig.SelectorFailureBehavior
                                                .NO_ADVERTISE,
                                        ApplicationProtocolConfig.SelectedListenerFailureBehavior
                                                .ACCEPT,
                                        "istio-http/1.1",
                                        "istio"))
                        .build()
                        .newHandler(Unpooled.EMPTY_BUFFER.alloc(), "Name.example", 443);
        EmbeddedChannel client = new EmbeddedChannel(handler);
        ByteBuf hello = client.readOutbound();
        byte[] bytes = new byte[hello.readableBytes()];
        hello.readBytes(bytes).release();
        client.finishAndReleaseAll();
        return bytes;
    }

    @Test
    void aClientHelloByteByByte() throws Exception {
        read(true, Duration.ZERO);
        byte[] hello = clientHello();

        for (int i = 0; i < hello.length; i++) {
            assertThat(found).isEmpty();
            channel.writeInbound(Unpooled.wrappedBuffer(hello, i, 1));
        }

        assertThat(found)
                .containsExactly(
                        new FirstBytes.Found(
                                true, "name.example", List.of("istio-http/1.1", "istio"), false));
        assertThat(passedOn()).isEqualTo(new String(hello, StandardCharsets.ISO_8859_1));
    }

    @Test
    void plaintextThatNeedNotBeToldApartGoesOnAtOnce() {
        read(false, Duration.ZERO);

        send("G");

        assertThat(found).containsExactly(FirstBytes.Found.NOTHING);
        assertThat(passedOn()).isEqualTo("G");
    }

    @Test
    void silenceEndsInTime() {
        read(true, Duration.ofSeconds(5));
        send("GE");
        channel.advanceTimeBy(4999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(found).isEmpty();

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(found).hasSize(1);
        assertThat(found.getFirst().timedOut()).isTrue();
        assertThat(passedOn()).isEqualTo("GE");
    }

    @Test
    void anEndDecidesOnWhatThereIs() {
        read(true, Duration.ofSeconds(5));
        send("GE");

        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(found).containsExactly(FirstBytes.Found.NOTHING);
        assertThat(passedOn()).isEqualTo("GE");
    }

    @Test
    void aConnectionThatEndsIsNobodysAndKeepsNothing() {
        read(true, Duration.ofSeconds(5));
        send("GE");

        channel.close();
        channel.advanceTimeBy(9, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(found).isEmpty();
        assertThat(passedOn()).isEmpty();
    }

    /** Any bytes in any pieces: one answer, or none yet; never an exception; nothing is lost. */
    @Test
    void randomBytes() throws Exception {
        SplittableRandom random = new SplittableRandom(6);
        byte[] hello = clientHello();
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = hello.clone();
            for (int change = random.nextInt(8); change > 0; change--) {
                bytes[random.nextInt(random.nextBoolean() ? 12 : bytes.length)] =
                        (byte) random.nextInt(256);
            }
            EmbeddedChannel other = new EmbeddedChannel();
            List<FirstBytes.Found> answers = new ArrayList<>();
            FirstBytes.read(other, true, Duration.ZERO, answers::add);
            int split = random.nextInt(bytes.length);
            other.writeInbound(Unpooled.wrappedBuffer(bytes, 0, split));
            other.writeInbound(Unpooled.wrappedBuffer(bytes, split, bytes.length - split));
            assertThat(answers).hasSizeLessThanOrEqualTo(1);
            int passed = 0;
            for (ByteBuf part = other.readInbound(); part != null; part = other.readInbound()) {
                passed += part.readableBytes();
                part.release();
            }
            assertThat(passed).isEqualTo(answers.isEmpty() ? 0 : bytes.length);
            other.finishAndReleaseAll();
        }
    }
}
