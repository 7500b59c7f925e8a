package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A resource that pilot-lite serves and the agent cannot take: an expression that is short and
 * valid, but whose program is larger than the agent allows. It is refused by name, and what is
 * beside it goes on.
 */
@Tag("lab")
class NackTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static Fleet spoiled;
    private static Lab lab;

    @BeforeAll
    static void fleet() {
        lab = LAB.lab();
        spoiled = Fleet.in(lab, "nack");
        lab.apply(spoiled.routes("v1", "v1", "v2"));
    }

    @AfterEach
    void nothingIsLeftRefused() {
        lab.apply(spoiled.routes("v1", "v1", "v2"));
        lab.delete(SLEEP_TO_DETAILS);
    }

    private static final String SLEEP_TO_DETAILS =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: sleep-of-nack, namespace: default}
            spec:
              hosts: [sleep]
              http:
              - route: [{destination: {host: details, port: {number: 9080}}}]
            """;

    @Test
    void isRefusedByNameAndTheLastGoodVersionStays() {
        String tooLarge =
                spoiled.routes("v2", "v1", "v2")
                        .replace(
                                "  - route:",
                                "  - match: [{uri: {regex: '/(a{100}){200}'}}]\n    route:");
        try (SteadyLoad load = spoiled.load(Duration.ofSeconds(1))) {
            assertThat(lab.tryApply(tooLarge).out()).contains("virtualservice");
            Lab.await(
                    "both agents refuse",
                    () -> !rejected("node-1").isEmpty() && !rejected("node-2").isEmpty());
            assertThat(rejected("node-1")).contains("outbound|8080|nack");
            assertThat(spoiled.get().json().get("pod").asText()).startsWith("shop-v1");

            lab.apply(SLEEP_TO_DETAILS);
            Lab.await(
                    "what is beside it is routed as it says",
                    () ->
                            Curl.from(lab, "default", "deploy/sleep", "http://sleep/details/0")
                                    .body()
                                    .contains("ISBN"));
            lab.apply(spoiled.routes("v2", "v1", "v2"));
            Lab.await("nothing is refused any more", () -> rejected("node-1").isEmpty());
            assertThat(spoiled.get().json().get("pod").asText()).startsWith("shop-v2");
            load.stop().lostNothing();
        }
    }

    /** Names of the resources that an agent has refused, as pilot-lite shows them. */
    private static Set<String> rejected(String node) {
        Path file =
                lab.folder().resolve("cluster/status/fairlead.dev/AgentStatus/_/" + node + ".json");
        String status;
        try {
            status = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<String> names = new TreeSet<>();
        for (JsonNode each : Curl.json(status).at("/rejected")) {
            names.add(each.get("resource").asText());
        }
        return names;
    }
}
