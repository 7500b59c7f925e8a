package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A running pod goes into the mesh and out of it ten times, under load and with connections held.
 */
@Tag("lab")
@Tag("long")
class EnrolUnderLoadTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final String NAMESPACE = "enrol";
    private static final int MANY_TIMES = 10;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                Echo.namespace(NAMESPACE, true)
                        + client("client-1", "node-1")
                        + client("client-2", "node-2")
                        + mover(false)
                        + Echo.service(NAMESPACE, "mover", Map.of("app", "mover"), ""));
    }

    private static String client(String name, String node) {
        return new Echo(NAMESPACE, name, node, Map.of("app", name), Map.of()).withService();
    }

    private static String mover(boolean enrolled) {
        String word = enrolled ? "enabled" : "disabled";
        return new Echo(
                        NAMESPACE,
                        "mover",
                        "node-1",
                        Map.of("app", "mover"),
                        Map.of("fairlead.dev/mesh", word))
                .manifest();
    }

    /** The client is on the pod's node, on the other, or the pod itself. */
    @ParameterizedTest
    @CsvSource({"client-2, mover, 10", "client-1, mover, 3", "mover, client-2, 3"})
    void losesNothingOnTheWaysInAndOut(String client, String server, int times) {
        move(false);
        try (InPod before = held(client, server)) {
            move(true);
            try (InPod during = held(client, server);
                    SteadyLoad load =
                            SteadyLoad.on(
                                    lab,
                                    NAMESPACE,
                                    client,
                                    "http://" + server + ":8080/",
                                    SteadyLoad.quickOrLong(1, 30))) {
                for (int i = 0; i < (SteadyLoad.SOAK ? MANY_TIMES : times); i++) {
                    move(false);
                    move(true);
                }
                move(false);
                load.stop().lostNothing();
                assertEchoes(during, "during");
            }
            assertEchoes(before, "before");
        }
    }

    private static InPod held(String client, String server) {
        InPod connection = new InPod(lab, NAMESPACE, client, "held_connection.py", server, "9000");
        assertThat(connection.read()).isEqualTo("connected");
        assertEchoes(connection, "first");
        return connection;
    }

    private static void assertEchoes(InPod connection, String word) {
        connection.send(word);
        assertThat(connection.read()).contains("\"said\": \"" + word + "\"");
    }

    private static void move(boolean in) {
        lab.apply(mover(in));
        Lab.await("mover is " + (in ? "captured" : "left alone"), () -> captured() == in);
    }

    private static boolean captured() {
        String list = lab.node("node-1", "curl", "-s", "http://127.0.0.1:15000/workloads").ok();
        for (var workload : Curl.json(list).get("workloads")) {
            if (workload.get("namespace").asText().equals(NAMESPACE)
                    && workload.get("name").asText().equals("mover")) {
                return workload.get("state").asText().equals("captured");
            }
        }
        return false;
    }
}
