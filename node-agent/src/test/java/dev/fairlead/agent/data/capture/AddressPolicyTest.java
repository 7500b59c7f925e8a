package dev.fairlead.agent.data.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ListenerStat;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPolicyTest {

    private static final InetAddress POD = InetAddress.ofLiteral("198.18.1.2");
    private static final InetAddress POD6 = InetAddress.ofLiteral("fd00:18:1::2");
    private final AddressPolicy policy =
            new AddressPolicy(address -> address.equals(POD) || address.equals(POD6));

    private static String name(@Nullable RefusalReason reason) {
        return Objects.toString(reason, "carried");
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.1.2, 8080, carried",
        "198.18.1.2, 15001, OWN_LISTENER",
        "198.18.1.2, 15006, OWN_LISTENER",
        "198.18.1.2, 15008, OWN_LISTENER",
        "198.18.1.2, 15053, OWN_LISTENER",
        "198.18.1.2, 15000, carried",
        "fd00:18:1::2, 15006, OWN_LISTENER",
        "::ffff:198.18.1.2, 15006, OWN_LISTENER",
        "203.0.113.7, 15001, carried",
        "203.0.113.7, 443, carried",
        "10.0.0.1, 10250, carried",
        "127.0.0.1, 15000, LOOPBACK",
        "127.0.0.1, 15020, LOOPBACK",
        "127.0.0.1, 15021, LOOPBACK",
        "127.0.0.1, 80, LOOPBACK",
        "127.255.0.3, 80, LOOPBACK",
        "::1, 80, LOOPBACK",
        "::ffff:127.0.0.1, 80, LOOPBACK",
        "::127.0.0.1, 80, LOOPBACK",
        "::ffff:0:127.0.0.1, 80, LOOPBACK",
        "64:ff9b::127.0.0.1, 80, LOOPBACK",
        "64:ff9b::169.254.169.254, 80, LINK_LOCAL",
        "64:ff9b::203.0.113.7, 80, carried",
        "169.254.169.254, 80, LINK_LOCAL",
        "169.254.7.127, 80, LINK_LOCAL",
        "fe80::1, 80, LINK_LOCAL",
        "0.0.0.0, 80, MULTICAST",
        "0.1.2.3, 80, MULTICAST",
        "::, 80, MULTICAST",
        "224.0.0.1, 80, MULTICAST",
        "239.255.255.255, 80, MULTICAST",
        "255.255.255.255, 80, MULTICAST",
        "ff02::1, 80, MULTICAST",
        "255.255.255.254, 80, carried"
    })
    void outbound(String address, int port, String expected) {
        assertThat(name(policy.refusal(InetAddress.ofLiteral(address), port))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.1.2, 8080, carried",
        "198.18.1.9, 15001, OWN_LISTENER",
        "198.18.1.9, 15006, OWN_LISTENER",
        "127.0.0.1, 8080, LOOPBACK",
        "169.254.1.1, 8080, LINK_LOCAL"
    })
    void inbound(String address, int port, String expected) {
        var destination = InetAddress.ofLiteral(address);
        assertThat(name(AddressPolicy.inboundRefusal(destination, port))).isEqualTo(expected);
    }

    @Test
    void eachReasonHasACounterOfItsOwn() {
        assertThat(RefusalReason.values())
                .extracting(RefusalReason::stat)
                .doesNotHaveDuplicates()
                .allMatch(stat ->
                        stat.statName().startsWith("capture_refused_")
                                || stat == ListenerStat.DOWNSTREAM_CX_OVERFLOW);
    }
}
