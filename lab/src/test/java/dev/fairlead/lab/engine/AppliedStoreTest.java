package dev.fairlead.lab.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.engine.AppliedStore.Change;
import dev.fairlead.lab.engine.AppliedStore.Verb;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppliedStoreTest {

    private static final ObjectKey ROUTES =
            new ObjectKey("networking.istio.io", "VirtualService", "default", "reviews");

    @TempDir Path folder;
    @AutoClose private ObjectDirectory directory;
    private AppliedStore store;

    @BeforeEach
    void open() throws IOException {
        directory = new ObjectDirectory(folder);
        store =
                new AppliedStore(
                        directory,
                        Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));
    }

    @Test
    void addsWhatAnApiServerAdds() throws IOException {
        assertThat(verbs(routes("v1"))).containsExactly(Verb.CREATED);
        JsonNode metadata = metadata();
        assertThat(metadata.path("uid").asText()).hasSize(36);
        assertThat(metadata.path("creationTimestamp").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(metadata.path("generation").asInt()).isEqualTo(1);
        assertThat(metadata.path("resourceVersion").asText()).isEqualTo("1");
        assertThat(directory.revision()).isEqualTo(1);
    }

    @Test
    void theSameAgainIsNoBatch() throws IOException {
        verbs(routes("v1"));
        assertThat(verbs(routes("v1"))).containsExactly(Verb.UNCHANGED);
        assertThat(directory.revision()).isEqualTo(1);
    }

    @Test
    void generationCountsSpecsAndResourceVersionCountsAll() throws IOException {
        verbs(routes("v1"));
        String uid = metadata().path("uid").asText();
        assertThat(verbs(routes("v2"))).containsExactly(Verb.CONFIGURED);
        assertThat(metadata().path("generation").asInt()).isEqualTo(2);
        assertThat(verbs(routes("v2").replace("name: reviews", "name: reviews, labels: {a: b}")))
                .containsExactly(Verb.CONFIGURED);
        assertThat(metadata().path("generation").asInt()).isEqualTo(2);
        assertThat(metadata().path("resourceVersion").asText()).isEqualTo("3");
        assertThat(metadata().path("uid").asText()).isEqualTo(uid);
    }

    @Test
    void aServiceKeepsItsAddress() throws IOException {
        String web =
                "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}";
        assertThat(verbs(web)).containsExactly(Verb.CREATED);
        ObjectKey key = new ObjectKey("", "Service", "default", "web");
        String address = Objects.requireNonNull(directory.get(key)).at("/spec/clusterIP").asText();
        assertThat(address).startsWith("198.19.");
        assertThat(verbs(web)).containsExactly(Verb.UNCHANGED);
    }

    @Test
    void anAddressThatIsNotOursIsRefusedAndTheRestApplied() throws IOException {
        String manifests =
                "{apiVersion: v1, kind: Service, metadata: {name: bad}, spec: {clusterIP: 10.0.0.1}}\n---\n"
                        + routes("v1");
        assertThat(verbs(manifests)).containsExactly(Verb.REFUSED, Verb.CREATED);
        assertThat(store.applied().ofKind("Service")).isEmpty();
    }

    @Test
    void deletesWhatIsThere() throws IOException {
        verbs(routes("v1"));
        var objects = Manifests.parse("test", routes("v1"), "default");
        assertThat(store.delete(objects).changes())
                .extracting(Change::verb)
                .containsExactly(Verb.DELETED);
        assertThat(store.delete(objects).changes())
                .extracting(Change::verb)
                .containsExactly(Verb.NOT_FOUND);
        assertThat(directory.get(ROUTES)).isNull();
        assertThat(directory.revision()).isEqualTo(2);
    }

    @Test
    void aNamespaceTakesWhatIsInItAlong() throws IOException {
        String namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: default}}";
        verbs(namespace + "\n---\n" + routes("v1"));
        store.delete(Manifests.parse("test", namespace, "default"));
        assertThat(store.applied().objects()).isEmpty();
    }

    private List<Verb> verbs(String manifests) throws IOException {
        return store.apply(Manifests.parse("test", manifests, "default")).changes().stream()
                .map(Change::verb)
                .toList();
    }

    private JsonNode metadata() throws IOException {
        return Objects.requireNonNull(directory.get(ROUTES)).path("metadata");
    }

    private static String routes(String subset) {
        return """
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata: {name: reviews}
        spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: %s}}]}]}
        """
                .formatted(subset);
    }
}
