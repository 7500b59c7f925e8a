package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * pilot-lite and ca killed under load: pods that are there do not notice, and changes flow again.
 */
@Tag("lab")
@Tag("long")
class ControlPlaneDeathTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final Duration LENGTH = SteadyLoad.quickOrLong(8, 30);

    private static Fleet fleet;

    @BeforeAll
    static void fleet() {
        fleet = Fleet.in(LAB.lab(), "headless-mesh");
        LAB.lab().apply(fleet.routes("v1", "v1", "v2"));
    }

    @Test
    void noRequestIsLostWhileBothAreDeadAndConfigurationFlowsAfterwards() {
        Lab lab = LAB.lab();
        try (SteadyLoad load = fleet.load(LENGTH)) {
            lab.run("stop", "pilot", "--signal", "KILL").ok();
            lab.run("stop", "ca", "--signal", "KILL").ok();
            assertThat(load.stop().lostNothing().answeredBy("shop-v2")).isZero();
        }
        try (SteadyLoad load = fleet.load(Duration.ofSeconds(2))) {
            lab.run("start", "ca").ok();
            lab.run("start", "pilot").ok();
            lab.apply(fleet.routes("v2", "v1", "v2"));
            assertThat(fleet.get().json().get("pod").asText()).startsWith("shop-v2");
            load.stop().lostNothing();
        }
    }

    @Test
    void whatWasAppliedWhilePilotWasDeadFlowsAfterItsColdStart() {
        Lab lab = LAB.lab();
        lab.apply(fleet.routes("v1", "v1", "v2"));
        try (SteadyLoad load = fleet.load(Duration.ofSeconds(2));
                var background = Executors.newVirtualThreadPerTaskExecutor()) {
            lab.run("stop", "pilot", "--signal", "KILL").ok();
            String second = fleet.routes("v2", "v2");
            var applied = CompletableFuture.supplyAsync(() -> lab.apply(second), background);
            Lab.await("the change is stored", () -> subsets() == 1);
            assertThat(fleet.get().json().get("pod").asText()).startsWith("shop-v1");
            lab.run("start", "pilot").ok();
            applied.join();
            assertThat(fleet.get().json().get("pod").asText()).startsWith("shop-v2");
            load.stop().lostNothing();
        }
    }

    private static int subsets() {
        String rule =
                LAB.lab()
                        .run(
                                "get",
                                "destinationrule",
                                "shop",
                                "-n",
                                fleet.namespace(),
                                "-o",
                                "json")
                        .ok();
        return Curl.json(rule).at("/spec/subsets").size();
    }
}
