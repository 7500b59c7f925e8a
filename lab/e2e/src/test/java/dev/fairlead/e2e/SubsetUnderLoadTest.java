package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Subsets come and go under load, with the routes to them in the same change (istio#8420). */
@Tag("lab")
@Tag("long")
class SubsetUnderLoadTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final Duration LENGTH = SteadyLoad.quickOrLong(8, 30);

    private static Fleet fleet;

    @BeforeAll
    static void fleet() {
        fleet = Fleet.in(LAB.lab(), "subsets");
    }

    @Test
    void newSubsetIsRoutedToAndRemovedAgainWithoutALostRequest() {
        Lab lab = LAB.lab();
        lab.apply(fleet.routes("v1", "v1"));
        try (SteadyLoad load = fleet.load(LENGTH)) {
            int rounds = SteadyLoad.SOAK ? 8 : 2;
            for (int round = 0; round < rounds; round++) {
                lab.apply(fleet.routes("v2", "v1", "v2"));
                assertThat(fleet.get().json().get("pod").asText()).startsWith("shop-v2");
                lab.apply(fleet.routes("v1", "v1"));
                assertThat(fleet.get().json().get("pod").asText()).startsWith("shop-v1");
            }
            SteadyLoad.Outcome outcome = load.stop().lostNothing();
            assertThat(outcome.answeredBy("shop-v1")).isPositive();
            assertThat(outcome.answeredBy("shop-v2")).isPositive();
        }
    }
}
