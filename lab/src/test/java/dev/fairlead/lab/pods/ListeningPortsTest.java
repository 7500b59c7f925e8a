package dev.fairlead.lab.pods;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ListeningPortsTest {

    @Test
    void readsTheKernelsTable() {
        Set<Integer> ports = new HashSet<>();
        ListeningPorts.read(
                List.of(
                        "  sl  local_address rem_address   st tx_queue rx_queue",
                        "   0: 00000000:2378 00000000:0000 0A 00000000:00000000",
                        "   1: 0100007F:3A98 00000000:0000 0A 00000000:00000000",
                        "   2: 0A0112C6:2378 0B0112C6:D431 01 00000000:00000000"),
                ports);
        assertThat(ports).containsExactlyInAnyOrder(9080, 15000);
    }

    @Test
    void anEmptyTableHasNone() {
        Set<Integer> ports = new HashSet<>();
        ListeningPorts.read(List.of(), ports);
        assertThat(ports).isEmpty();
    }
}
