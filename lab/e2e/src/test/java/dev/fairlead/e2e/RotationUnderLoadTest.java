package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Certificates that live seconds are replaced under load. */
@Tag("lab")
@Tag("long")
class RotationUnderLoadTest {

    private static final String LIFETIME = SteadyLoad.SOAK ? "PT20S" : "PT10S";
    private static final int ROTATIONS = 3;

    @Test
    void noRequestIsLostOverThreeRotations() {
        try (Lab lab = Lab.up("--ca-lifetime", LIFETIME)) {
            Fleet fleet = Fleet.in(lab, "rotation");
            try (SteadyLoad load = fleet.load(SteadyLoad.quickOrLong(1, 30))) {
                for (int rotation = 0; rotation < ROTATIONS; rotation++) {
                    Set<String> before = serials(lab);
                    assertThat(before).isNotEmpty();
                    Lab.await(
                            "new certificates on both nodes",
                            () -> {
                                Set<String> same = new HashSet<>(before);
                                same.retainAll(serials(lab));
                                return same.isEmpty();
                            });
                }
                SteadyLoad.Outcome outcome = load.stop().lostNothing();
                assertThat(outcome.answeredBy("shop-v1-2")).as("across nodes").isPositive();
            }
        }
    }

    private static Set<String> serials(Lab lab) {
        Set<String> serials = new HashSet<>();
        for (String node : new String[] {"node-1", "node-2"}) {
            String page = lab.node(node, "curl", "-s", "http://127.0.0.1:15000/certs").ok();
            for (JsonNode certificate : Curl.json(page).get("certificates")) {
                serials.add(certificate.at("/cert_chain/0/serial_number").asText());
            }
        }
        return serials;
    }
}
