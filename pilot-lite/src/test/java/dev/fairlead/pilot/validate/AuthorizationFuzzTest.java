package dev.fairlead.pilot.validate;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of authorization's kinds thrown together, with values that fit and that do not. */
class AuthorizationFuzzTest {

    private static final int OBJECTS = 150;
    private static final String ON =
            """
            ---
            apiVersion: rbac.istio.io/v1alpha1
            kind: ClusterRbacConfig
            metadata: {name: default}
            spec: {mode: 'ON'}
            ---
            """;
    private static final String[] WORDS = {
        "",
        "*",
        "**",
        "*a*",
        "a*b",
        "/",
        "//*",
        "a/*",
        "/*",
        "*/",
        "{*}",
        "/{**}/",
        "/{*}{*}",
        "/a/{**}/{*}",
        "[",
        "[]",
        "[*]",
        "]",
        "(",
        "\\",
        ".*",
        "10.0.0.0/33",
        "::/0",
        "::ffff:1.2.3.4",
        "0",
        "65536",
        "-1",
        "a/b/c",
        "allUsers",
        "source.ip",
        "request.headers[]",
        "request.headers[a",
        "request.auth.claims[a][]",
        "request.auth.claims[[]]",
        "experimental.envoy.filters.a",
        "experimental.envoy.filters.[a]",
        "destination.labels[]",
        "é",
        "\u0000",
        "a\r\nb"
    };

    /** Nothing but a verdict comes of it; what is accepted can be compiled and written for all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anythingIsJudgedAndWhatIsAcceptedIsWritten(long seed) throws IOException {
        var random = new Random(seed);
        List<SecurityTableTest.Case> cases = SecurityTableTest.examples().toList();
        int written = 0;
        for (int i = 0; i < OBJECTS; i++) {
            ObjectNode object = object(random, cases);
            var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
            if (new ConfigReader(MeshSettings.DEFAULT).read(meta, object)
                    instanceof Verdict.Accepted<?>) {
                write(object);
                written++;
            }
        }
        assertThat(written).isPositive();
    }

    private static ObjectNode object(Random random, List<SecurityTableTest.Case> cases) {
        SecurityTableTest.Case first = cases.get(random.nextInt(cases.size()));
        ObjectNode object = SecurityTableTest.object(first);
        for (int i = random.nextInt(3); i > 0; i--) {
            SecurityTableTest.Case more = cases.get(random.nextInt(cases.size()));
            if (more.kind().equals(first.kind())) {
                try {
                    TrafficTableTest.put(
                            object.withObjectProperty("spec"),
                            more.row().field(),
                            Yaml.parse(more.row().example()));
                } catch (UnsupportedOperationException | ClassCastException e) {
                    continue; // a field below one that is no object any more
                }
            }
        }
        scramble(random, object.path("spec"));
        return object;
    }

    /** Puts words in the place of some texts. */
    private static void scramble(Random random, JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry -> {
                        if (entry.getValue().isTextual() && random.nextInt(4) == 0) {
                            entry.setValue(word(random));
                        } else {
                            scramble(random, entry.getValue());
                        }
                    });
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i).isTextual() && random.nextInt(3) == 0) {
                    list.set(i, word(random));
                } else {
                    scramble(random, list.get(i));
                }
            }
        }
    }

    private static JsonNode word(Random random) {
        return JsonNodeFactory.instance.textNode(WORDS[random.nextInt(WORDS.length)]);
    }

    private static void write(ObjectNode object) {
        String on = object.path("kind").asText().equals("RbacConfig") ? "---\n" : ON;
        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(reviewsAndSleep() + on + object)));
        snapshot.agent("node-1", 1);
        snapshot.agent("node-1", Profile.NEWEST);
        snapshot.envoy("uid-sleep-v1");
    }
}
