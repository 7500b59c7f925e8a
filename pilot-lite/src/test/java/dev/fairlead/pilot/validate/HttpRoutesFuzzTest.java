package dev.fairlead.pilot.validate;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;

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

/** Fields of VirtualServices thrown together, with values that fit and that do not. */
class HttpRoutesFuzzTest {

    private static final int OBJECTS = 400;
    private static final String[] WORDS = {
        "", "*", "/", "mesh", "0s", "1h", "\\1", "(", "%", "%%", "%REQ(", "http", "a.b", "é",
        "\u0000"
    };

    /** Nothing but a verdict comes of it; what is accepted can be compiled and written for all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anythingIsJudgedAndWhatIsAcceptedIsWritten(long seed) throws IOException {
        var random = new Random(seed);
        List<TrafficTableTest.Row> rows = TrafficTableTest.examples().toList();
        int written = 0;
        for (int i = 0; i < OBJECTS; i++) {
            ObjectNode object = object(random, rows);
            var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
            if (new ConfigReader(MeshSettings.DEFAULT).read(meta, object)
                    instanceof Verdict.Accepted<?>) {
                write(object);
                written++;
            }
        }
        if (written == 0) {
            throw new AssertionError("none of the objects was accepted");
        }
    }

    private static ObjectNode object(Random random, List<TrafficTableTest.Row> rows) {
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:"
                                        + " {name: v}\nspec: {hosts: [reviews], http: [{route:"
                                        + " [{destination: {host: reviews}}]}]}")
                        .getFirst();
        for (int i = random.nextInt(5); i >= 0; i--) {
            var row = rows.get(random.nextInt(rows.size()));
            try {
                TrafficTableTest.put(
                        object.withObjectProperty("spec"),
                        TrafficTableTest.placed(row.field()),
                        random.nextInt(4) > 0
                                ? Yaml.parse(row.example())
                                : JsonNodeFactory.instance.textNode(
                                        WORDS[random.nextInt(WORDS.length)]));
            } catch (UnsupportedOperationException | ClassCastException e) {
                continue; // a field below one that is no object any more
            }
        }
        return object;
    }

    private static void write(ObjectNode object) {
        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(reviewsAndSleep() + "---\n" + object)));
        for (int profile = 1; profile <= Profile.NEWEST; profile++) {
            snapshot.agent("node-1", profile);
        }
        snapshot.envoy("uid-sleep-v1");
    }
}
