package dev.fairlead.pilot.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.Placement.Group;
import dev.fairlead.pilot.compile.ServiceCluster.Endpoint;
import dev.fairlead.pilot.state.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shares of zones. Facts as in Envoy's "Zone aware routing" and its zone-aware balancer's tests.
 */
class ZoneSharesTest {

    private static final Node CLIENT = new Node("node-1", "r", "a", "");

    private static Group group(String zone, int priority, int endpoints) {
        List<Endpoint> some = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            some.add(new Endpoint("192.0.2." + i, 80, false, "r", zone, "", "", "", List.of()));
        }
        return new Group("r", zone, "", priority, endpoints, some);
    }

    /** {@code a:2 b:3}: numbers by zone. */
    private static Map<String, Integer> numbers(String text) {
        Map<String, Integer> numbers = new HashMap<>();
        for (String one : text.split(" ")) {
            String[] parts = one.split(":");
            numbers.put(parts[0], Integer.parseInt(parts[1]));
        }
        return numbers;
    }

    private static String shares(String clients, String endpoints, int minClusterSize) {
        List<Group> groups = new ArrayList<>();
        for (String one : endpoints.split(" ")) {
            String[] parts = one.split(":");
            groups.add(group(parts[0], 0, Integer.parseInt(parts[1])));
        }
        Map<Node, Integer> places = new HashMap<>();
        numbers(clients).forEach((zone, n) -> places.put(Neighbours.place("r", zone, ""), n));
        return ZoneShares.of(groups, CLIENT, places, minClusterSize).stream()
                .map(group -> group.zone() + ":" + group.weight())
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // its part of the endpoints is as large as that of the clients
                "a:1 b:1     | a:1 b:1     | a:10000 b:0",
                "a:1 b:3     | a:2 b:2     | a:10000 b:0",
                // all clients are here, half of the endpoints are
                "a:1         | a:1 b:1     | a:5000 b:5000",
                "a:2 b:1     | a:1 b:2     | a:5000 b:5000",
                // what is too much goes where endpoints are left over
                "a:2 b:1 c:1 | a:1 b:1 c:2 | a:5000 b:0 c:5000",
                "a:3 b:1     | a:1 b:1 c:2 | a:3333 b:0 c:6667",
                // nothing to keep to
                "a:1         | b:1 c:1     | b:1 c:1",
                "a:1         | a:2         | a:2",
                "d:0         | a:1 b:2     | a:1 b:2"
            })
    void ofTheFirstPriority(String clients, String endpoints, String shares) {
        assertThat(shares(clients, endpoints, 1)).isEqualTo(shares);
    }

    @Test
    void fewEndpointsAreNotToldApart() {
        assertThat(shares("a:1 b:1", "a:1 b:1", 3)).isEqualTo("a:1 b:1");
        assertThat(shares("a:1 b:1", "a:2 b:1", 3)).isEqualTo("a:10000 b:0");
    }

    @Test
    void otherPrioritiesKeepTheirWeights() {
        var groups =
                List.of(group("a", 0, 1), group("b", 0, 1), group("a", 1, 2), group("c", 1, 1));
        assertThat(ZoneShares.of(groups, CLIENT, Map.of(Neighbours.place("r", "a", ""), 1), 2))
                .extracting(Group::weight)
                .containsExactly(5000, 5000, 2, 1);
    }
}
