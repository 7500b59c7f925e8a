package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.kubernetes.Leadership;
import dev.fairlead.kubernetes.watch.Collection;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.pilot.status.AgentTooOld;
import dev.fairlead.pilot.status.kubernetes.AgentObjects.AgentStatus;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects' conditions Accepted and Programmed, written while this process leads. An object is
 * programmed when all connected agents have acknowledged what it was compiled into; for that
 * generation it then stays so, whatever agents come and go: else each of them would have every
 * object written anew.
 *
 * <p>Owner of the writes: one virtual thread, one write in {@link #APART}; the rest is guarded by
 * this.
 */
final class ObjectConditions implements ObservedStatus, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ObjectConditions.class);
    private static final Duration APART = Duration.ofMillis(20);
    private static final Duration SETTLE = Duration.ofMillis(200); // acknowledgements come together

    private final ApiWriter api;
    private final Leadership leadership;
    private final InstalledKinds kinds;
    private final Supplier<java.util.Collection<AgentStatus>> agents;
    private final Thread writer;
    private final Map<ObjectKey, JsonNode> judged = new HashMap<>(); // guarded by this, as all
    private final Map<ObjectKey, Observed> observed = new HashMap<>();
    private final Map<ObjectKey, ObjectNode> tried = new HashMap<>();
    private final Set<ObjectKey> dirty = new LinkedHashSet<>();
    private final Set<ObjectKey> pending = new LinkedHashSet<>(); // accepted, not yet programmed

    private final Set<ObjectKey> asking = new LinkedHashSet<>(); // for more than any agent has

    /** What the API server has. */
    private record Observed(String resourceVersion, JsonNode conditions) {}

    ObjectConditions(
            ApiWriter api,
            Leadership leadership,
            InstalledKinds kinds,
            Supplier<java.util.Collection<AgentStatus>> agents) {
        this.api = api;
        this.leadership = leadership;
        this.kinds = kinds;
        this.agents = agents;
        this.writer = Thread.ofVirtual().name("object-status").start(this::run);
        leadership.onChange(leads -> all());
    }

    private synchronized void all() {
        tried.clear();
        dirty.addAll(judged.keySet());
        notifyAll();
    }

    /** How an object stands; empty: it is gone. */
    synchronized void put(ObjectKey key, Optional<JsonNode> status) {
        if (status.isEmpty()) {
            judged.remove(key);
            observed.remove(key);
            tried.remove(key);
            dirty.remove(key);
            pending.remove(key);
            asking.remove(key);
        } else if (!status.get().equals(judged.put(key, status.get()))) {
            dirty.add(key);
            notifyAll();
        }
    }

    @Override
    public synchronized void observed(ObjectKey key, String resourceVersion, JsonNode status) {
        observed.put(key, new Observed(resourceVersion, status.path("conditions").deepCopy()));
    }

    /** Some agent came, went or acknowledged. */
    synchronized void agentsChanged() {
        if (!pending.isEmpty() || !asking.isEmpty()) {
            dirty.addAll(pending);
            dirty.addAll(asking);
            notifyAll();
        }
    }

    private void run() {
        try {
            while (true) {
                ObjectKey key;
                synchronized (this) {
                    if (dirty.isEmpty()) {
                        while (dirty.isEmpty()) {
                            wait();
                        }
                        wait(SETTLE.toMillis());
                    }
                    var first = dirty.iterator();
                    if (!first.hasNext()) {
                        continue;
                    }
                    key = first.next();
                    first.remove();
                }
                if (leadership.leads() && write(key)) {
                    Thread.sleep(APART);
                }
            }
        } catch (InterruptedException e) {
            log.debug("objects' status is no longer written");
        }
    }

    /** Whether there was something to write. */
    private boolean write(ObjectKey key) {
        Collection collection = kinds.of(key.group(), key.kind());
        ObjectNode patch;
        synchronized (this) {
            JsonNode status = judged.get(key);
            if (status == null || collection == null) {
                return false;
            }
            patch = patch(key, status, observed.get(key));
            if (patch == null || patch.equals(tried.get(key))) {
                return false;
            }
            tried.put(key, patch);
        }
        try {
            ApiWriter.Answer answer =
                    api.patch(collection.object(key) + "/status", ApiWriter.MERGE, patch);
            if (answer.conflict()) {
                again(key); // by then the source has seen what the other wrote
            } else if (!answer.written() && !answer.absent()) {
                log.warn(
                        "status not written object=\"{}\" reason=\"{}\"",
                        key.display(),
                        answer.message());
            }
        } catch (IOException e) {
            log.debug("status not written object=\"{}\"", key.display(), e);
            again(key);
        }
        return true;
    }

    private synchronized void again(ObjectKey key) {
        tried.remove(key);
        dirty.add(key);
    }

    /** The patch that makes an object say how it stands, or null where it does. */
    private @Nullable ObjectNode patch(ObjectKey key, JsonNode status, @Nullable Observed present) {
        var conditions = new Conditions(present == null ? null : present.conditions);
        long generation = status.path("observedGeneration").asLong();
        boolean accepted = false;
        for (JsonNode condition : status.path("conditions")) {
            boolean holds = condition.path("status").asText().equals("True");
            accepted |= holds && condition.path("type").asText().equals(Conditions.ACCEPTED);
            conditions.set(
                    condition.path("type").asText(),
                    holds,
                    condition.path("reason").asText(),
                    condition.path("message").asText(),
                    generation);
        }
        conditions.dropWarningUnless(status.path("conditions").size() > 1);
        if (!accepted) {
            pending.remove(key);
            conditions.set(Conditions.PROGRAMMED, false, "NotAccepted", "", generation);
        } else if (AgentTooOld.asks(status) && tooOld(key, status, conditions, generation)) {
            pending.add(key);
        } else if (!conditions.holds(Conditions.PROGRAMMED, generation)) {
            programmed(key, conditions, status.path("resourceVersion").asLong(), generation);
        }
        if (!conditions.changed()) {
            return null;
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        if (present != null) {
            patch.putObject("metadata").put("resourceVersion", present.resourceVersion);
        }
        patch.putObject("status").set("conditions", conditions.stamped(Instant.now()));
        return patch;
    }

    /** Whether an agent is too old; that may change whenever one comes or goes. */
    private boolean tooOld(ObjectKey key, JsonNode status, Conditions conditions, long generation) {
        asking.add(key);
        Map<String, Integer> profiles = new HashMap<>();
        for (AgentStatus agent : agents.get()) {
            if (agent.connected()) {
                profiles.put(agent.node(), agent.profile());
            }
        }
        String message = AgentTooOld.message(status, profiles);
        if (message.isEmpty()) {
            return false;
        }
        conditions.set(Conditions.PROGRAMMED, false, AgentTooOld.REASON, message, generation);
        return true;
    }

    private void programmed(ObjectKey key, Conditions conditions, long revision, long generation) {
        int connected = 0;
        int acknowledged = 0;
        for (AgentStatus agent : agents.get()) {
            if (agent.connected()) {
                connected++;
                acknowledged += agent.acknowledged() >= revision ? 1 : 0;
            }
        }
        boolean all = connected > 0 && acknowledged == connected;
        if (all) {
            pending.remove(key);
        } else {
            pending.add(key);
        }
        conditions.set(
                Conditions.PROGRAMMED,
                all,
                all ? "Programmed" : connected == 0 ? "NoAgents" : "Pending",
                acknowledged + " of " + connected + " agents",
                generation);
    }

    @Override
    public void close() {
        writer.interrupt();
    }
}
