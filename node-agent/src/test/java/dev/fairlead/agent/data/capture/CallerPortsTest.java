package dev.fairlead.agent.data.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerPortsTest {

    @ParameterizedTest
    @CsvSource({
        // what the kernel chooses, the first and the last of ours
        "'32768\t60999\n', 61000, 65535",
        "'15000 65000', 10000, 14999",
        "'32768 65535', 24576, 32767",
        "'49152 65535', 40960, 49151",
        "'1024 9000', 9001, 65535",
    })
    void portsBesidesThoseThatConnectionsGet(String range, int first, int last) {
        var ports = CallerPorts.besides(range, 0);
        int count = last - first + 1;

        var taken = IntStream.range(0, count).map(_ -> ports.next()).toArray();

        assertThat(taken).containsExactly(IntStream.rangeClosed(first, last).toArray());
        assertThat(ports.next()).as("and again").isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"'1024 65535'", "'10240 65535'", "''", "'what'"})
    void whereThereAreNoneTheKernelChooses(String range) {
        assertThat(CallerPorts.besides(range, 5).next()).isEqualTo(CallerPorts.ANY);
    }

    @Test
    void loopsBeginApart() {
        assertThat(CallerPorts.besides("32768 60999", 7).next()).isEqualTo(61007);
        assertThat(CallerPorts.besides("32768 60999", -1).next()).isEqualTo(65535);
    }
}
