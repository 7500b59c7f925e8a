package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An agent killed with -9 serves again as soon as it runs, by what it kept on disk. */
@Tag("lab")
class AgentDeathTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static Fleet fleet;
    private static Lab lab;

    @BeforeAll
    static void fleet() {
        lab = LAB.lab();
        fleet = Fleet.in(lab, "agent-death");
        lab.apply(fleet.routes("v2", "v1", "v2"));
    }

    @AfterEach
    void allRunAgain() {
        for (String process : new String[] {"ca", "pilot", "agent"}) {
            lab.run("start", process).ok();
        }
    }

    @Test
    void servesTheSameRoutesAfterARestart() {
        assertThat(fleet.get().verdict()).isEqualTo("200");
        lab.run("restart", "agent", "--signal", "KILL").ok();
        assertServesAsBefore();
    }

    @Test
    void servesTheSameRoutesAfterARestartWithPilotDead() {
        lab.run("stop", "pilot", "--signal", "KILL").ok();
        lab.run("restart", "agent", "--signal", "KILL").ok();
        assertServesAsBefore();
    }

    @Test
    void withCaDeadItSaysWhatItWaitsForAndLetsNothingPassUncaptured() {
        lab.run("stop", "ca", "--signal", "KILL").ok();
        lab.run("stop", "agent", "node-1", "--signal", "KILL").ok();
        assertThat(fleet.get().status()).isZero();
        lab.run("start", "agent", "node-1", "--no-wait").ok();
        Lab.await(
                "it says that it waits for ca",
                () -> ready().matches("(?s).*/sa/client: ca: .*503"));
        assertThat(fleet.get().status()).isIn(0, 503);
        lab.run("start", "ca").ok();
        Lab.await("it is ready", () -> ready().endsWith("200"));
        assertServesAsBefore();
    }

    private static String ready() {
        return lab.node(
                        "node-1",
                        "curl",
                        "-s",
                        "-w",
                        "%{http_code}",
                        "http://127.0.0.1:15021/healthz/ready")
                .out();
    }

    private static void assertServesAsBefore() {
        for (int i = 0; i < 5; i++) {
            Curl answer = fleet.get();
            assertThat(answer.verdict()).as(answer.body()).isEqualTo("200");
            assertThat(answer.json().get("pod").asText()).startsWith("shop-v2");
        }
    }
}
