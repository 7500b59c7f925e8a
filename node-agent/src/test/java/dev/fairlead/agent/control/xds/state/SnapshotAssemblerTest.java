package dev.fairlead.agent.control.xds.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler.Assembly;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler.Bounds;
import dev.fairlead.agent.control.xds.testing.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Make before break, with the clock turned by hand. */
class SnapshotAssemblerTest {

    private static final Duration MISSING = Duration.ofSeconds(15);
    private static final Duration UNKNOWN = Duration.ofSeconds(1);

    private final Resources resources = Resources.empty();
    private final SnapshotAssembler assembler = new SnapshotAssembler(new Bounds(MISSING, UNKNOWN));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int versions;

    private void put(ResourceTable<?> table, String name, Message message) {
        var refused = table.put(name, "v" + ++versions, Any.pack(message), now);
        assertThat(refused).isNull();
    }

    private Assembly assemble() {
        return assembler.assemble(resources, "1", now);
    }

    /** A listener whose route names {@code v1}, all in force. */
    private Assembly settled() {
        put(resources.clusters(), "v1", Wire.eds("v1").build());
        put(resources.endpoints(), "v1", Wire.endpoints("v1", "198.18.1.10").build());
        put(resources.routes(), "r", Wire.routes("r", "v1"));
        put(resources.listeners(), "outbound|default", Wire.httpOnly("default", "r"));
        return assemble();
    }

    @Test
    void whatIsWholeIsInForceAtOnce() {
        Assembly first = settled();

        assertThat(first.changed()).isTrue();
        assertThat(first.held()).isEmpty();
        assertThat(first.next()).isNull();
        assertThat(first.snapshot().outbound()).containsOnlyKeys("default");
        assertThat(assemble().changed()).isFalse();
        assertThat(assemble().snapshot()).isSameAs(first.snapshot());
    }

    @Test
    void aChangedRouteWaitsForTheEndpointsOfItsCluster() {
        var before = settled().snapshot().routes().get("r");
        put(resources.clusters(), "v2", Wire.eds("v2").build());
        put(resources.routes(), "r", Wire.routes("r", "v2"));

        Assembly waiting = assemble();
        assertThat(waiting.snapshot().routes().get("r")).isSameAs(before);
        assertThat(waiting.held().get(ResourceType.ROUTE)).containsExactly("r");
        assertThat(waiting.next()).isEqualTo(now.plus(MISSING));

        put(resources.endpoints(), "v2", Wire.endpoints("v2").build());
        Assembly warm = assemble();
        assertThat(warm.snapshot().routes().get("r")).isNotSameAs(before);
        assertThat(warm.held()).isEmpty();
    }

    @Test
    void noEndpointsIsAnAnswerToo() {
        settled();
        put(resources.clusters(), "v2", Wire.eds("v2").build());
        resources.endpoints().noteAbsent("v2");

        assertThat(assemble().snapshot().endpoints()).containsKeys("v1", "v2");
    }

    @Test
    void waitingHasABound() {
        settled();
        put(resources.clusters(), "v2", Wire.eds("v2").build());
        put(resources.routes(), "r", Wire.routes("r", "v2"));
        assemble();

        now = now.plus(MISSING).minusMillis(1);
        assertThat(assemble().held()).isNotEmpty();
        now = now.plusMillis(1);
        Assembly late = assemble();

        assertThat(late.held()).isEmpty();
        assertThat(late.snapshot().clusters()).containsKey("v2");
        assertThat(late.next()).isNull();
    }

    @Test
    void whatWasWaitedForInVainIsNotWaitedForAgain() {
        settled();
        put(resources.clusters(), "v2", Wire.eds("v2").build());
        put(resources.routes(), "r", Wire.routes("r", "v2"));
        assemble();
        now = now.plus(MISSING);
        assemble();

        put(resources.routes(), "r2", Wire.routes("r2", "v2"));

        assertThat(assemble().snapshot().routes()).containsKey("r2");
    }

    @Test
    void aClusterThatCdsDoesNotNameIsWaitedForBriefly() {
        var before = settled().snapshot().routes().get("r");
        put(resources.routes(), "r", Wire.routes("r", "v9"));

        assertThat(assemble().next()).isEqualTo(now.plus(UNKNOWN));
        now = now.plus(UNKNOWN);
        assertThat(assemble().snapshot().routes().get("r")).isNotSameAs(before);
    }

    @Test
    void aListenerWaitsForItsRouteTables() {
        put(resources.listeners(), "outbound|default", Wire.httpOnly("default", "r"));

        assertThat(assemble().held())
                .isEqualTo(Map.of(ResourceType.LISTENER, Set.of("outbound|default")));
        put(resources.clusters(), "v1", Wire.eds("v1").build());
        put(resources.endpoints(), "v1", Wire.endpoints("v1", "198.18.1.10").build());
        put(resources.routes(), "r", Wire.routes("r", "v1"));
        assertThat(assemble().snapshot().outbound()).containsKey("default");
    }

    @Test
    void aListenerDoesNotWaitForARouteTableThatWasRefused() {
        put(resources.listeners(), "outbound|default", Wire.httpOnly("default", "r"));
        resources.routes().put("r", "bad", Any.pack(Wire.eds("not a route").build()), now);

        assertThat(assemble().snapshot().outbound()).containsKey("default");
    }

    @Test
    void aRemovedClusterStaysWhileARouteNamesIt() {
        var cluster = settled().snapshot().clusters().get("v1");
        resources.clusters().remove("v1");

        Assembly kept = assemble();
        assertThat(kept.changed()).isFalse();
        assertThat(assembler.wantedEndpoints(resources)).containsExactly("v1");
        assertThat(kept.snapshot().clusters().get("v1")).isSameAs(cluster);

        put(resources.clusters(), "v2", Wire.passthrough().setName("v2").build());
        put(resources.routes(), "r", Wire.routes("r", "v2"));
        assertThat(assemble().snapshot().clusters()).containsOnlyKeys("v2");
        assertThat(assembler.wantedEndpoints(resources)).isEmpty();
    }

    @Test
    void aRemovedRouteTableStaysWhileAListenerNamesIt() {
        settled();
        resources.routes().remove("r");

        assertThat(assemble().snapshot().routes()).containsKey("r");
        resources.listeners().remove("outbound|default");
        assertThat(assemble().snapshot().routes()).isEmpty();
    }

    @Test
    void aChangedClusterWithOtherEndpointsWaitsForThem() {
        var before = settled().snapshot().clusters().get("v1");
        var other = Wire.eds("v1");
        other.getEdsClusterConfigBuilder().setServiceName("v1-new");
        put(resources.clusters(), "v1", other.build());

        assertThat(assemble().snapshot().clusters().get("v1")).isSameAs(before);
        put(resources.endpoints(), "v1-new", Wire.endpoints("v1-new", "198.18.1.11").build());
        var after = Objects.requireNonNull(assemble().snapshot().clusters().get("v1"));
        assertThat(after.edsName()).isEqualTo("v1-new");
    }

    @Test
    void anEqualVersionKeepsTheObject() {
        var before = settled().snapshot();
        put(resources.clusters(), "v1", Wire.eds("v1").build());
        put(resources.endpoints(), "v1", Wire.endpoints("v1", "198.18.1.10").build());

        assertThat(assemble().snapshot()).isSameAs(before);
    }
}
