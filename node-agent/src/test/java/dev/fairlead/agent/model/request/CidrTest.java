package dev.fairlead.agent.model.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0,     8,   10.255.255.255, true",
        "10.0.0.0,     8,   11.0.0.0,       false",
        "198.19.0.7,   32,  198.19.0.7,     true",
        "198.19.0.7,   32,  198.19.0.6,     false",
        "128.0.0.0,    1,   255.0.0.1,      true",
        "128.0.0.0,    1,   127.0.0.1,      false",
        "192.168.4.0,  22,  192.168.7.255,  true",
        "192.168.4.0,  22,  192.168.8.0,    false",
        "0.0.0.0,      0,   203.0.113.9,    true",
        "0.0.0.0,      0,   2001:db8::1,    false",
        "2001:db8::,   33,  2001:db8:7fff::1, true",
        "2001:db8::,   33,  2001:db8:8000::1, false",
        "::,           0,   2001:db8::1,    true",
        "::,           0,   10.0.0.1,       false",
        "2001:db8::1,  128, 2001:db8::1,    true",
    })
    void containsWhatSharesItsPrefix(String range, int length, String address, boolean expected) {
        var cidr = new Cidr(InetAddress.ofLiteral(range), length);

        assertThat(cidr.contains(InetAddress.ofLiteral(address))).isEqualTo(expected);
    }

    @Test
    void prefixLengthIsWithinTheAddress() {
        InetAddress v4 = InetAddress.ofLiteral("10.0.0.0");
        InetAddress v6 = InetAddress.ofLiteral("::");

        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(v4, 33));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(v4, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(v6, 129));
    }
}
