package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.status.StatusStore;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which pods' traffic is captured, as the agents of their nodes have reported. A pod is unmarked by
 * a report or when it is gone, never because an agent is.
 *
 * <p>Thread: any; all state is guarded by this.
 */
public final class CaptureBook {

    private final StatusStore store;
    private final Runnable changed;
    private final Map<String, Report> reports = new HashMap<>();
    private final Map<String, Report> unconfirmed = new HashMap<>();
    private Map<String, Pod> pods = Map.of();
    private Map<String, Report> observed = Map.of();
    private boolean moved; // since the marks were counted
    private Set<String> marked = Set.of(); // the same set as long as it holds the same
    private long revision;

    /** What an agent says of one pod of its node. */
    public record Report(String uid, String namespace, String name, String node, boolean captured) {

        private ObjectKey key() {
            return StatusKeys.capture(namespace, name);
        }

        private JsonNode toJson() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("uid", uid)
                    .put("node", node)
                    .put("captured", captured);
        }
    }

    /** Starts from what is stored. {@code changed} is called after each report. */
    public CaptureBook(StatusStore store, Runnable changed) {
        this.store = store;
        this.changed = changed;
        store.initial()
                .forEach((key, json) -> {
                    if (key.group().equals(StatusKeys.GROUP)
                            && key.kind().equals(StatusKeys.CAPTURE)) {
                        add(read(key, json));
                    }
                });
    }

    private static Report read(ObjectKey key, JsonNode json) {
        return new Report(
                json.path("uid").asText(""),
                key.namespace(),
                key.name(),
                json.path("node").asText(""),
                json.path("captured").asBoolean(false));
    }

    private void add(Report report) {
        reports.put(report.uid, report);
    }

    /**
     * Takes reports, returns their revision; they are stored when {@link StatusStore#flushed} is
     * done. IllegalArgumentException where one is of a pod on another node: nothing is taken then.
     */
    public long report(List<Report> news) {
        long now;
        synchronized (this) {
            for (Report report : news) {
                Pod pod = pods.get(report.uid);
                if (pod != null && !pod.node().equals(report.node)) {
                    throw new IllegalArgumentException(
                            "pod " + report.uid + " is not on node " + report.node);
                }
            }
            Map<ObjectKey, Optional<JsonNode>> changes = new LinkedHashMap<>();
            for (Report report : news) {
                add(report);
                unconfirmed.put(report.uid, report);
                changes.put(report.key(), Optional.of(report.toJson()));
            }
            store.put(changes);
            moved = true;
            now = ++revision;
        }
        changed.run();
        return now;
    }

    /**
     * Takes what pods themselves say, by UID: reports that other replicas took, or this one in an
     * earlier life. A report of ours holds until its pod shows it.
     */
    @SuppressWarnings("ReferenceEquality") // the very map again has nothing new
    public synchronized void observed(Map<String, Report> conditions) {
        if (conditions == observed) {
            return;
        }
        observed = conditions;
        moved = true;
        conditions.forEach((uid, seen) -> {
            if (seen.equals(unconfirmed.getOrDefault(uid, seen))) {
                unconfirmed.remove(uid);
                reports.put(uid, seen);
            }
        });
    }

    /** The marks at one moment. */
    record Marks(long revision, Set<String> captured) {}

    /** The marks of these pods, which are all there are now; reports of pods that left go. */
    @SuppressWarnings("ReferenceEquality")
    synchronized Marks marks(Map<String, Pod> present) {
        if (present == pods && !moved) {
            return new Marks(revision, marked);
        }
        moved = false;
        Map<ObjectKey, Optional<JsonNode>> gone = new LinkedHashMap<>();
        Set<ObjectKey> kept = new HashSet<>();
        reports.values()
                .removeIf(report -> {
                    boolean left = pods.containsKey(report.uid);
                    if (present.containsKey(report.uid) || (!left && revision > 0)) {
                        kept.add(report.key());
                        return false; // the pod may be younger than what we have read
                    }
                    gone.put(report.key(), Optional.empty());
                    unconfirmed.remove(report.uid);
                    return true;
                });
        gone.keySet().removeAll(kept); // another pod has the name now
        store.put(gone);
        pods = present;
        Set<String> captured = new HashSet<>();
        for (Report report : reports.values()) {
            Pod pod = present.get(report.uid);
            if (report.captured && pod != null && pod.node().equals(report.node)) {
                captured.add(report.uid);
            }
        }
        if (!captured.equals(marked)) {
            marked = Set.copyOf(captured);
        }
        return new Marks(revision, marked);
    }
}
