package dev.fairlead.pilot.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.status.StatusStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that are open, the snapshot that they serve, and how far each node's agent has come.
 *
 * <p>Thread: any; all state is guarded by this.
 */
public final class Agents {

    private static final Logger log = LoggerFactory.getLogger(Agents.class);

    private final StatusStore store;
    private final PilotMetrics metrics;
    private final Set<DeltaStream> streams = new HashSet<>();
    private final Map<String, AgentState> agents = new HashMap<>();
    private @Nullable Snapshot current;

    /** One node's agent; {@code stream} is null while it is away. */
    private static final class AgentState {
        final Rejections rejections = new Rejections();
        String version = "";
        int profile = 1;
        @Nullable DeltaStream stream;
        Snapshot.@Nullable Revisions acknowledged;
    }

    public Agents(StatusStore store, PilotMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        store.initial()
                .forEach((key, status) -> {
                    if (key.group().equals(StatusKeys.GROUP)
                            && key.kind().equals(StatusKeys.AGENT)
                            && status instanceof ObjectNode last) {
                        store.put(key, last.deepCopy().put("connected", false));
                    }
                });
    }

    /** Serves a snapshot to all, from now on. */
    public synchronized void publish(Snapshot snapshot) {
        current = snapshot;
        streams.forEach(stream -> stream.offer(snapshot));
        notifyAll();
    }

    synchronized void opened(DeltaStream stream) {
        streams.add(stream);
        metrics.streams.set(streams.size());
        if (current != null) {
            stream.offer(current);
        }
    }

    /** The client has said who it is. Returns the memory of what it refused before. */
    synchronized Rejections joined(DeltaStream stream, Client client) {
        log.info("connected client={}", client);
        if (!(client instanceof Client.Agent(String node, String version, int profile))) {
            return new Rejections();
        }
        AgentState agent = agents.computeIfAbsent(node, name -> new AgentState());
        agent.stream = stream; // of two streams the younger is the agent's
        agent.version = version;
        agent.profile = profile;
        agent.acknowledged = null;
        writeStatus(node, agent);
        return agent.rejections;
    }

    synchronized void left(DeltaStream stream, @Nullable Client client) {
        streams.remove(stream);
        metrics.streams.set(streams.size());
        if (client != null) {
            log.info("disconnected client={}", client);
        }
        if (client instanceof Client.Agent(String node, _, _)) {
            AgentState agent = agents.get(node);
            if (agent != null && agent.stream == stream) {
                agent.stream = null;
                writeStatus(node, agent);
                notifyAll();
            }
        }
    }

    void pushed(ResourceType type) {
        metrics.pushes.labels(type.name()).inc();
    }

    void refused(ResourceType type, int resources) {
        metrics.rejects.labels(type.name()).inc(resources);
    }

    /** All that was compiled from these revisions has been taken, or refused by name. */
    synchronized void acknowledged(DeltaStream stream, String node, Snapshot.Revisions revisions) {
        AgentState agent = agents.get(node);
        if (agent != null && agent.stream == stream) {
            boolean news = !revisions.equals(agent.acknowledged);
            agent.acknowledged = revisions;
            if (news) {
                notifyAll();
            }
            writeStatus(node, agent);
        }
    }

    /**
     * Waits until every connected agent has what follows from the reports up to this revision;
     * false where the time runs out first.
     */
    synchronized boolean awaitCaptures(long revision, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!allHave(revision)) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        return true;
    }

    private boolean allHave(long revision) {
        if (current == null || current.revisions().capture() < revision) {
            return false;
        }
        return agents.values().stream()
                .filter(agent -> agent.stream != null)
                .allMatch(agent ->
                        agent.acknowledged != null && agent.acknowledged.capture() >= revision);
    }

    private void writeStatus(String node, AgentState agent) {
        metrics.agents.set((double) agents.values().stream().filter(a -> a.stream != null).count());
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("connected", agent.stream != null);
        status.put("version", agent.version);
        status.put("profile", agent.profile);
        Snapshot.Revisions acknowledged = agent.acknowledged;
        status.put("ackedGeneration", acknowledged == null ? 0 : acknowledged.generation());
        status.put("ackedAppliedRevision", acknowledged == null ? 0 : acknowledged.applied());
        ArrayNode rejected = status.putArray("rejected");
        for (Rejections.Rejection rejection : agent.rejections.all()) {
            rejected.addObject()
                    .put("type", rejection.type().url())
                    .put("resource", rejection.resource())
                    .put("version", rejection.version())
                    .put("message", rejection.message());
        }
        store.put(StatusKeys.agent(node), status);
    }
}
