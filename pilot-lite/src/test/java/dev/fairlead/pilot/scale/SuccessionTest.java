package dev.fairlead.pilot.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.generate.VersionedResource;
import dev.fairlead.pilot.state.ClusterState;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** States compiled one after the other. */
class SuccessionTest {

    private static final String NODE = "node-0";
    private static final int PROFILE = 2;

    private final LargeMesh mesh = new LargeMesh(40, 4);
    private final MeshCompiler compiler = new MeshCompiler();
    private Snapshot last = next(mesh.state(), null);

    private Snapshot next(ClusterState state, @org.jspecify.annotations.Nullable Snapshot before) {
        var revisions = new Snapshot.Revisions(state.appliedRevision(), 0, 0, 0);
        var snapshot = new Snapshot(revisions, compiler.next(state), before);
        snapshot.prepare();
        snapshot.agent(NODE, PROFILE);
        return snapshot;
    }

    private void take(ClusterState state) {
        last = next(state, last);
    }

    private static Map<String, String> versions(Snapshot snapshot) {
        Map<String, String> versions = new TreeMap<>();
        snapshot.agent(NODE, PROFILE)
                .forEach((type, some) ->
                        some.forEach(
                                (name, one) -> versions.put(type + " " + name, one.version())));
        return versions;
    }

    private Map<String, VersionedResource> of(ResourceType type) {
        return Objects.requireNonNull(last.agent(NODE, PROFILE).get(type));
    }

    @Test
    void eachIsServedAsIfItWereTheOnlyOne() {
        for (int i = 0; i < 4; i++) {
            for (ClusterState state :
                    new ClusterState[] {
                        mesh.route(i, i + 10),
                        mesh.replacePod(i),
                        mesh.route(i + 1, i + 11),
                        mesh.remove(20 + i)
                    }) {
                take(state);
                var alone =
                        new Snapshot(
                                new Snapshot.Revisions(1, 0, 0, 0), MeshCompiler.compile(state));
                assertThat(versions(last)).isEqualTo(versions(alone));
            }
        }
    }

    @Test
    void aChangeOfRoutesLeavesEverythingElseTheSameObjects() {
        var clusters = of(ResourceType.CLUSTER);
        var endpoints = of(ResourceType.ENDPOINTS);
        var listeners = of(ResourceType.LISTENER);
        var workloads = of(ResourceType.WORKLOAD);
        var routes = of(ResourceType.ROUTES);
        take(mesh.route(0, 10));
        assertThat(of(ResourceType.CLUSTER)).isSameAs(clusters);
        assertThat(of(ResourceType.ENDPOINTS)).isSameAs(endpoints);
        assertThat(of(ResourceType.LISTENER)).isSameAs(listeners);
        assertThat(of(ResourceType.WORKLOAD)).isSameAs(workloads);
        var changed = new TreeMap<>(of(ResourceType.ROUTES));
        changed.values().removeIf(table -> table == routes.get(table.name()));
        assertThat(changed.keySet()).allMatch(name -> name.startsWith("outbound|8000|"));
        assertThat(changed).isNotEmpty();
    }

    @Test
    void aPodReplacedLeavesTheClustersOfOthersTheSameObjects() {
        var before = of(ResourceType.ENDPOINTS);
        take(mesh.replacePod(3));
        var changed = new TreeMap<>(of(ResourceType.ENDPOINTS));
        changed.values().removeIf(cluster -> cluster == before.get(cluster.name()));
        assertThat(changed.keySet()).allMatch(name -> name.contains("|svc-3.ns-3.")).isNotEmpty();
    }
}
