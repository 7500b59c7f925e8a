package dev.fairlead.pilot.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.ServiceCluster.Endpoint;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.LocalityBalancing.Distribute;
import dev.fairlead.pilot.state.LocalityBalancing.Priority;
import dev.fairlead.pilot.state.LocalityBalancing.Zones;
import dev.fairlead.pilot.state.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Endpoints by where the client is: priorities and weights.
 *
 * <p>Source of the rows: istio/istio master,
 * pilot/pkg/networking/core/loadbalancer/loadbalancer_test.go, and what loadbalancer.go and util.go
 * beside it say of what it leaves out.
 */
class PlacementTest {

    private static final Node CLIENT = new Node("node-1", "r1", "z1", "s1");

    /** {@code a/b/c}, of which what is missing is empty; {@code -} is nowhere. */
    private static String[] place(String text) {
        String[] parts = {"", "", ""};
        if (!text.equals("-")) {
            String[] given = text.split("/");
            System.arraycopy(given, 0, parts, 0, given.length);
        }
        return parts;
    }

    /** {@code place} or {@code place:fact,fact}, one endpoint each. */
    private static List<Endpoint> endpoints(String text) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String one : text.split(" ")) {
            String[] parts = one.split(":");
            String[] at = place(parts[0]);
            endpoints.add(
                    new Endpoint(
                            "192.0.2." + endpoints.size(),
                            80,
                            false,
                            at[0],
                            at[1],
                            at[2],
                            "",
                            "",
                            parts.length == 1 ? List.of() : List.of(parts[1].split(","))));
        }
        return endpoints;
    }

    /** {@code from>to}, by a blank. */
    private static Map<String, String> failover(@Nullable String text) {
        Map<String, String> failover = new LinkedHashMap<>();
        if (text != null) {
            for (String one : text.split(" ")) {
                failover.put(one.split(">")[0], one.split(">")[1]);
            }
        }
        return failover;
    }

    /** The client's values of labels one, two and so on. */
    private static List<Priority> priorities(@Nullable String values) {
        List<Priority> priorities = new ArrayList<>();
        if (values != null) {
            for (String value : values.split(",")) {
                priorities.add(new Priority("label-" + priorities.size(), value));
            }
        }
        return priorities;
    }

    private static Placement placement(LocalityBalancing setting) {
        return new Placement(false, setting, true, Map.of());
    }

    /** The priority of each endpoint, in the order in which they were given. */
    private static String ranks(LocalityBalancing setting, String text, Node client) {
        List<Endpoint> endpoints = endpoints(text);
        List<Placement.Group> groups = placement(setting).groups(endpoints, client);
        return endpoints.stream()
                .map(endpoint ->
                        groups.stream()
                                .filter(group -> group.endpoints().contains(endpoint))
                                .map(group -> "" + group.priority())
                                .collect(Collectors.joining("+")))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // sub-zone, zone, region, the region that is named, all others
                "r1>r2 | r1/z1/s1 r1/z1/s2 r1/z1/s3 r1/z2/s1 r2/z1/s1 r3/z1/s1 | 0 1 1 2 3 4",
                "      | r1/z1/s1 r1/z1/s2 r1/z1/s3 r1/z2/s1 r2/z1/s1 r3/z1/s1 | 0 1 1 2 3 3",
                "r9>r2 | r1/z1/s1 r2/z1/s1 r3/z1/s1                            | 0 1 1",
                "r9>r3 r1>r2 | r3/z1/s1 r1/z1/s1 r2/z1/s1                      | 2 0 1",
                // no priority is left out
                "r1>r2 | r1/z1/s2 r2/z1/s1                                     | 0 1",
                "r1>r2 | r3/z1/s1                                              | 0",
                // what is nowhere is in no region that is named
                "r1>r2 | r1/z1/s2 r2/z1/s1 -                                   | 0 1 2",
                "      | r1/z1/s2 r2/z1/s1 -                                   | 0 1 1",
                // without a sub-zone it is another one; a zone's name counts within its region
                "      | r1/z1 r1/z1/s1 r1                                     | 1 0 2",
                "      | r2/z1/s1 r1/z2/s2                                     | 1 0"
            })
    void nearestFirst(@Nullable String failover, String endpoints, String ranks) {
        var setting = new LocalityBalancing(true, List.of(), failover(failover), List.of(), false);
        assertThat(ranks(setting, endpoints, CLIENT)).isEqualTo(ranks);
    }

    @ParameterizedTest
    @CsvSource({"- r1/z1/s1 -, 0 1 0", "r2/z1/s1 r1/z1/s1, 0 0"})
    void aClientThatIsNowhereIsNextToWhatIsNowhere(String endpoints, String ranks) {
        assertThat(ranks(LocalityBalancing.DEFAULT, endpoints, new Node("node-1", "", "")))
                .isEqualTo(ranks);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the first label that differs decides
                "n2,c2   |       | r1/z1/s1:n2,c2 r1/z1/s1:n2,c1 r1/z1/s1:n1,c2 r1/z1/s1:n1,c1 | 0 1 2 2",
                "v,n2,c2 |       | r1:v,n2,c2 r1:w,n2,c2 r2:v,n2,c1 r2:v,n1,c2                 | 0 3 1 2",
                // where nobody has the first, all come alike
                "n3,c1   |       | r1/z1/s1:n1,c1 r2/z1/s1:n2,c1                               | 0 0",
                // of places nothing is asked unless failover is there, too
                "n1      |       | r1/z1/s1:n1 r2/z1/s1:n1 r3/z1/s1:n2                         | 0 0 1",
                "n2,c2   | r1>r2 | r1/z1/s1:n1,c1 r1/z1/s1:n2,c2 r2/z1/s1:n1,c1 r2/z1/s1:n2,c1"
                        + " r3/z1/s1:n2,c2 r3/z1/s1:n1,c1 | 3 0 4 2 1 5"
            })
    void labelsComeBeforePlaces(
            String values, @Nullable String failover, String endpoints, String ranks) {
        var setting =
                new LocalityBalancing(
                        true, List.of(), failover(failover), priorities(values), false);
        assertThat(ranks(setting, endpoints, CLIENT)).isEqualTo(ranks);
    }

    /** All zones of the client's region are one priority, whatever shares they have of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "   |       | r1/z1/s1 r1/z1/s2 r1/z2/s1 r2/z1/s1 r3/z1/s1 | 0 0 0 1 1",
                "   | r1>r2 | r1/z1/s1 r1/z1/s2 r1/z2/s1 r2/z1/s1 r3/z1/s1 | 0 0 0 1 2",
                "   | r9>r2 | r1/z1/s1 r1/z1/s2 r1/z2/s1 r2/z1/s1 r3/z1/s1 | 0 0 0 1 1",
                "   | r1>r2 | r2/z1/s1 r3/z1/s1                            | 0 1",
                "n1 | r1>r2 | r1/z1/s1:n1 r1/z2/s1:n2 r2/z1/s1:n1 r3/z1/s1:n1 r2/z1/s1:n2 | 0 3 1 2 4"
            })
    void zonesAreSharedOutWithinARegion(
            @Nullable String values, @Nullable String failover, String endpoints, String ranks) {
        var setting =
                new LocalityBalancing(
                        true,
                        List.of(),
                        failover(failover),
                        priorities(values),
                        true,
                        new Zones(1));
        assertThat(ranks(setting, endpoints, CLIENT)).isEqualTo(ranks);
    }

    private static final String EVERYWHERE =
            "r1/z1/s1 r1/z1/s1 r1/z1/s2 r1/z1/s3 r1/z2/s1 r1/z2/s1 r1/z2/s1 r2/z1/s1";

    /** Two endpoints at the client's own place, three in the next zone, one at all others. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "r1/z1/s1 | r1/z1/s1:80 r1/z1/s2:15 r1/z1/s3:5 | r1/z1/s1:80 r1/z1/s2:15 r1/z1/s3:5",
                // a place with others in it: by their endpoints, rounded up
                "r1/z1/*  | r1/z1/*:80 r1/z2/*:20              | r1/z1/s1:40 r1/z1/s2:20 r1/z1/s3:20"
                        + " r1/z2/s1:20",
                "r1/*     | r1/*:90 r2/*:10                    | r1/z1/s1:26 r1/z1/s2:13 r1/z1/s3:13"
                        + " r1/z2/s1:39 r2/z1/s1:10",
                "r1       | r2:100                             | r2/z1/s1:100",
                "r1/z1    | r1/z2:60 r2/z1/s1:40               | r1/z2/s1:60 r2/z1/s1:40",
                "*        | *:100 | r1/z1/s1:25 r1/z1/s2:13 r1/z1/s3:13 r1/z2/s1:38 r2/z1/s1:13",
                // where there is nobody, nothing goes
                "r1/*     | r1/z1/s1:50 r4:50                  | r1/z1/s1:50",
                // of other clients
                "r2/*     | r2/*:100 | r1/z1/s1:2 r1/z1/s2:1 r1/z1/s3:1 r1/z2/s1:3 r2/z1/s1:1",
                "r1/z1/s2 | r2/*:100 | r1/z1/s1:2 r1/z1/s2:1 r1/z1/s3:1 r1/z2/s1:3 r2/z1/s1:1"
            })
    void sharesOfPlaces(String from, String to, String weights) {
        Map<String, Integer> percents = new LinkedHashMap<>();
        for (String one : to.split(" ")) {
            percents.put(one.split(":")[0], Integer.parseInt(one.split(":")[1]));
        }
        var setting =
                new LocalityBalancing(
                        true, List.of(new Distribute(from, percents)), Map.of(), List.of(), false);
        List<Placement.Group> groups = placement(setting).groups(endpoints(EVERYWHERE), CLIENT);
        assertThat(groups).extracting(Placement.Group::priority).containsOnly(0);
        assertThat(
                        groups.stream()
                                .map(group ->
                                        String.join(
                                                        "/",
                                                        group.region(),
                                                        group.zone(),
                                                        group.subZone())
                                                + ":"
                                                + group.weight())
                                .collect(Collectors.joining(" ")))
                .isEqualTo(weights);
    }
}
