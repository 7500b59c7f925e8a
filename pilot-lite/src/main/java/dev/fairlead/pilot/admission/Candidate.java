package dev.fairlead.pilot.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Discovery;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.MixerObject;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Sidecar;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The state as it would be with, or without, one object. */
final class Candidate {

    private Candidate() {}

    /** Of an object that is not stored yet. */
    static Meta meta(ObjectKey key, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new Meta(
                key,
                metadata.path("uid").asText(""),
                created(metadata.path("creationTimestamp").asText("")),
                metadata.path("generation").asLong(0),
                metadata.path("resourceVersion").asText(""));
    }

    private static Instant created(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.MAX; // the youngest of all
        }
    }

    static ClusterState with(ClusterState state, ConfigObject object) {
        return replaced(state, object.meta().key(), object);
    }

    static ClusterState without(ClusterState state, ObjectKey key) {
        return replaced(state, key, null);
    }

    private static ClusterState replaced(
            ClusterState state, ObjectKey key, @Nullable ConfigObject object) {
        var changed =
                new ClusterState(
                        state.appliedRevision(),
                        state.observedRevision(),
                        state.captureRevision(),
                        state.mesh(),
                        state.namespaces(),
                        state.services(),
                        state.slices(),
                        state.pods(),
                        state.nodes(),
                        state.networkPolicies(),
                        list(state.virtualServices(), key, object, VirtualService.class),
                        list(state.destinationRules(), key, object, DestinationRule.class),
                        list(state.sidecars(), key, object, Sidecar.class),
                        list(state.peerPolicies(), key, object, PeerPolicy.class),
                        list(state.authorizationPolicies(), key, object, AuthorizationPolicy.class),
                        list(state.rbac(), key, object, RbacObject.class),
                        list(state.rateLimits(), key, object, RateLimit.class),
                        list(state.healthChecks(), key, object, HealthCheck.class),
                        list(state.mixer(), key, object, MixerObject.class),
                        list(
                                state.requestAuthentications(),
                                key,
                                object,
                                RequestAuthentication.class),
                        state.keySets(),
                        state.captured());
        return Discovery.of(changed); // an object of elsewhere is not looked at
    }

    private static <C extends ConfigObject> List<C> list(
            List<C> all, ObjectKey key, @Nullable ConfigObject object, Class<C> kind) {
        List<C> list = new ArrayList<>(all);
        list.removeIf(one -> one.meta().key().equals(key));
        if (kind.isInstance(object)) {
            list.add(kind.cast(object));
            list.sort(Comparator.comparing(ConfigObject::meta, Meta.OLDEST_FIRST));
        }
        return list;
    }
}
