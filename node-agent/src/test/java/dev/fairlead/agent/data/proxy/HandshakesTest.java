package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.proxy.Handshakes.Admission;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Whom a pod's handshakes leave room for. */
class HandshakesTest {

    private static final InetAddress STRANGER = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress THIRD = InetAddress.ofLiteral("192.0.2.3");
    private static final Admission FREE = new Admission.Admitted(null);

    private final Handshakes handshakes = new Handshakes(new PodBounds(100, 100, 5, 4, 0));

    private Channel begin(InetAddress source, Admission expected) {
        Channel channel = new EmbeddedChannel();
        assertThat(handshakes.begin(source, channel)).isEqualTo(expected);
        return channel;
    }

    @Test
    void oneAddressHasSoManyAtMost() {
        for (int i = 0; i < 4; i++) {
            begin(STRANGER, FREE);
        }

        begin(STRANGER, new Admission.Refused());
        begin(OTHER, FREE);
        assertThat(handshakes.count()).isEqualTo(5);
    }

    @Test
    void whatIsOverMakesRoom() {
        Channel first = begin(STRANGER, FREE);
        for (int i = 0; i < 3; i++) {
            begin(STRANGER, FREE);
        }

        handshakes.end(STRANGER, first);
        handshakes.end(STRANGER, first);

        begin(STRANGER, FREE);
        assertThat(handshakes.count()).isEqualTo(4);
    }

    @Test
    void atThePodsBoundTheOldestOfTheAddressWithTheMostGivesWay() {
        Channel oldest = begin(STRANGER, FREE);
        Channel next = begin(STRANGER, FREE);
        begin(STRANGER, FREE);
        begin(OTHER, FREE);
        begin(OTHER, FREE);

        begin(THIRD, new Admission.Admitted(oldest));

        assertThat(handshakes.count()).isEqualTo(5);
        handshakes.end(STRANGER, next);
        begin(THIRD, FREE);
    }
}
