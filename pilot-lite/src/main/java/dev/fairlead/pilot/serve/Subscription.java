package dev.fairlead.pilot.serve;

import dev.fairlead.pilot.compile.Same;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.VersionedResource;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one client wants of one type, holds of it, and has yet to acknowledge.
 *
 * <p>Owner: the stream's serial executor. Source: Envoy "xDS REST and gRPC protocol", incremental
 * xDS.
 */
final class Subscription {

    private static final String ALL = "*";
    private static final String ABSENT = ""; // version of what the client was told does not exist
    private static final int MAX_RESPONSE_BYTES = 1 << 18; // each stream may have one in memory

    private final ResourceType type;
    private final Rejections rejections;
    private final Set<String> names = new HashSet<>();
    private final Map<String, String> held = new HashMap<>();
    private boolean wildcard;
    private boolean owesAnswer;
    private @Nullable Outstanding outstanding;
    private long edits;
    private @Nullable Object nothingToSendOf; // the very map that had nothing, no edit since
    private @Nullable Object nothingToRemoveOf;

    /** A response under way: versions sent, and what the client held of each before. */
    private record Outstanding(
            String nonce,
            Map<String, String> sent,
            Map<String, @Nullable String> before,
            Set<String> removed) {}

    /** {@code first} is the client's first request for the type on its stream. */
    Subscription(ResourceType type, Rejections rejections, DeltaDiscoveryRequest first) {
        this.type = type;
        this.rejections = rejections;
        held.putAll(first.getInitialResourceVersionsMap());
        if (held.isEmpty()) {
            rejections.forget(type); // a client that starts anew may take what an older one did not
        }
        wildcard = first.getResourceNamesSubscribeList().isEmpty();
        for (String name : first.getResourceNamesSubscribeList()) {
            if (name.equals(ALL)) {
                wildcard = true;
            } else {
                names.add(name);
            }
        }
        owesAnswer = wildcard && held.isEmpty(); // it waits for an answer even if there is nothing
    }

    /** A later request's changes to what is wanted. */
    void change(DeltaDiscoveryRequest request) {
        if (request.getResourceNamesSubscribeCount() > 0
                || request.getResourceNamesUnsubscribeCount() > 0) {
            edited();
        }
        for (String name : request.getResourceNamesUnsubscribeList()) {
            if (name.equals(ALL)) {
                wildcard = false;
                held.keySet().retainAll(names);
            } else {
                names.remove(name);
                if (!wildcard) {
                    held.remove(name);
                }
            }
        }
        for (String name : request.getResourceNamesSubscribeList()) {
            if (name.equals(ALL)) {
                wildcard = true;
            } else {
                names.add(name);
                held.remove(name); // who asks again may have forgotten what it had
            }
        }
    }

    boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    boolean awaitsAck() {
        return outstanding != null;
    }

    /** Whether the client holds the present version of a resource. */
    boolean holds(VersionedResource resource) {
        return resource.version().equals(held.get(resource.name())) && !isUnderWay(resource.name());
    }

    private boolean isUnderWay(String name) {
        return outstanding != null && outstanding.sent.containsKey(name);
    }

    /** Resources that are wanted and not held in their present version, as many as fit. */
    List<VersionedResource> changes(Map<String, VersionedResource> present, boolean newOnly) {
        if (Same.object(present, nothingToSendOf)) {
            return List.of(); // maps are the same as long as nothing in them changed
        }
        List<VersionedResource> changes = new ArrayList<>();
        long bytes = 0;
        for (VersionedResource resource : wanted(present)) {
            String name = resource.name();
            boolean skip = newOnly && held.containsKey(name);
            if (!skip
                    && !resource.version().equals(held.get(name))
                    && !rejections.contains(type, name, resource.version())) {
                bytes += resource.body().getSerializedSize();
                if (!changes.isEmpty() && bytes > MAX_RESPONSE_BYTES) {
                    break;
                }
                changes.add(resource);
            }
        }
        if (changes.isEmpty() && !newOnly) {
            nothingToSendOf = present;
        }
        return changes;
    }

    private Iterable<VersionedResource> wanted(Map<String, VersionedResource> present) {
        if (wildcard) {
            return present.values();
        }
        List<VersionedResource> wanted = new ArrayList<>();
        for (String name : names) {
            VersionedResource resource = present.get(name);
            if (resource != null) {
                wanted.add(resource);
            }
        }
        return wanted;
    }

    /** Names that the client holds, or waits for, and that do not exist. */
    List<String> removals(Map<String, VersionedResource> present) {
        if (Same.object(present, nothingToRemoveOf)) {
            return List.of();
        }
        List<String> removals = new ArrayList<>();
        for (Map.Entry<String, String> entry : held.entrySet()) {
            if (!entry.getValue().equals(ABSENT) && !present.containsKey(entry.getKey())) {
                removals.add(entry.getKey());
            }
        }
        for (String name : names) {
            if (!present.containsKey(name) && !held.containsKey(name)) {
                removals.add(name);
            }
        }
        if (removals.isEmpty()) {
            nothingToRemoveOf = present;
        }
        return removals;
    }

    /** Counts what happened to this subscription. */
    long edits() {
        return edits;
    }

    private void edited() {
        edits++;
        nothingToSendOf = null;
        nothingToRemoveOf = null;
    }

    /** Whether the client waits for an answer that may be empty. */
    boolean owesAnswer() {
        return owesAnswer;
    }

    void sent(String nonce, List<VersionedResource> resources, List<String> removed) {
        edited();
        Map<String, String> versions = new HashMap<>();
        Map<String, @Nullable String> before = new HashMap<>();
        for (VersionedResource resource : resources) {
            before.put(resource.name(), held.put(resource.name(), resource.version()));
            versions.put(resource.name(), resource.version());
        }
        for (String name : removed) {
            held.put(name, ABSENT);
        }
        outstanding = new Outstanding(nonce, versions, before, Set.copyOf(removed));
        owesAnswer = false;
    }

    /** The names refused, each with the reason, by an answer to the response under way. */
    Map<String, String> answered(DeltaDiscoveryRequest request) {
        Outstanding answered = outstanding;
        if (answered == null || !answered.nonce.equals(request.getResponseNonce())) {
            return Map.of(); // of an older response
        }
        outstanding = null;
        edited();
        Map<String, String> refused =
                request.hasErrorDetail()
                        ? NackMessage.refused(
                                request.getErrorDetail().getMessage(), answered.sent.keySet())
                        : Map.of();
        for (Map.Entry<String, String> sent : answered.sent.entrySet()) {
            String name = sent.getKey();
            String reason = refused.get(name);
            if (reason == null) {
                rejections.remove(type, name);
            } else {
                rejections.add(type, name, sent.getValue(), reason);
                restore(name, sent.getValue(), answered.before.get(name));
            }
        }
        for (String name : answered.removed) {
            rejections.remove(type, name);
            if (!names.contains(name)) {
                held.remove(name, ABSENT);
            }
        }
        return refused;
    }

    /** The client keeps what it had, unless it has asked anew since. */
    private void restore(String name, String sent, @Nullable String before) {
        if (sent.equals(held.get(name))) {
            if (before == null) {
                held.remove(name);
            } else {
                held.put(name, before);
            }
        }
    }
}
