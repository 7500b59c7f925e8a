package dev.fairlead.agent.data.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginalDestinationTest {

    @ParameterizedTest
    @CsvSource({
        "0200 1f90 c6120102 0000000000000000, 198.18.1.2, 8080",
        "0200 ffff 0a000001 0000000000000000, 10.0.0.1, 65535",
        "0a00 0050 00000000 fd000018000100000000000000000002 00000000, fd00:18:1::2, 80",
        "0a00 0050 00000000 00000000000000000000ffffc6120102 00000000, 198.18.1.2, 80"
    })
    void theKernelsStructuresAreRead(String hex, String address, int port) {
        var raw = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThat(OriginalDestination.parse(raw))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }
}
