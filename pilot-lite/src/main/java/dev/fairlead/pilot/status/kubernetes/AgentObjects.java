package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.kubernetes.watch.Collection;
import dev.fairlead.kubernetes.watch.Follower;
import dev.fairlead.kubernetes.watch.Reflector;
import dev.fairlead.kubernetes.watch.ServerState;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's Agent objects: writes those of agents that are connected to this replica, each at
 * most once in {@link #APART}, and reads all.
 *
 * <p>Owner of the writes: one virtual thread; the rest is guarded by this.
 */
final class AgentObjects implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AgentObjects.class);
    private static final String PATH = "/apis/fairlead.dev/v1alpha1/agents";
    private static final Duration APART = Duration.ofSeconds(2);

    private final ApiWriter api;
    private final String replica;
    private final Reflector<AgentStatus> all;
    private final Thread writer = Thread.ofVirtual().name("agent-status").unstarted(this::run);
    private final Map<String, JsonNode> wanted = new LinkedHashMap<>(); // guarded by this
    private final Map<String, JsonNode> latest = new LinkedHashMap<>(); // guarded by this
    private final Map<String, JsonNode> written = new LinkedHashMap<>(); // of the writer
    private final Set<String> refused = new HashSet<>(); // of the writer
    private volatile Runnable changed = () -> {};

    /** What is read of an Agent object. */
    record AgentStatus(
            String node, boolean connected, String pilot, int profile, long acknowledged) {}

    AgentObjects(KubernetesClient client, ServerState server, ApiWriter api, String replica) {
        this.api = api;
        this.replica = replica;
        this.all =
                new Reflector<>(
                        client,
                        Collection.of("fairlead.dev", "v1alpha1", "agents", "Agent"),
                        Set.of("rejected"),
                        (key, object, before) -> read(object.path("status")),
                        new Telling(),
                        server);
    }

    private static AgentStatus read(JsonNode status) {
        return new AgentStatus(
                status.path("node").asText(""),
                status.path("connected").asBoolean(false),
                status.path("pilot").asText(""),
                status.path("profile").asInt(1),
                status.path("ackedRevision").asLong(0));
    }

    /** {@code listener} is told when some agent's object has changed. */
    void onChange(Runnable listener) {
        changed = listener;
    }

    void start() {
        all.start();
        writer.start();
    }

    java.util.Collection<AgentStatus> all() {
        return all.kept().all().values();
    }

    synchronized void put(String node, JsonNode status) {
        latest.put(node, status);
        wanted.put(node, status);
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                Map<String, JsonNode> batch;
                synchronized (this) {
                    while (wanted.isEmpty()) {
                        wait();
                    }
                    batch = new LinkedHashMap<>(wanted);
                    wanted.clear();
                }
                batch.forEach(this::write);
                Thread.sleep(APART);
            }
        } catch (InterruptedException e) {
            log.debug("agents' status is no longer written");
        }
    }

    private void write(String node, JsonNode status) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.set("status", served(node, status));
        if (isThere(node, status, patch)) {
            return;
        }
        try {
            ApiWriter.Answer answer = patch(node, patch);
            if (answer.absent() && create(node)) {
                answer = patch(node, patch);
            }
            if (answer.written()) {
                written.put(node, patch);
                refused.remove(node);
                return;
            }
            if (refused.add(node)) { // once: it is tried every two seconds
                log.warn(
                        "agent's status not written node={} reason=\"{}\"", node, answer.message());
            }
        } catch (IOException e) {
            log.debug("agent's status not written node={}", node, e);
        }
        synchronized (this) {
            wanted.putIfAbsent(node, status);
        }
    }

    /**
     * Whether there is nothing to write: it is there, or the agent has left us for another replica,
     * which says so itself.
     */
    private boolean isThere(String node, JsonNode status, ObjectNode patch) {
        AgentStatus seen = seen(node);
        if (seen == null) {
            return false;
        }
        boolean ours = seen.pilot().equals(replica);
        if (!status.path("connected").asBoolean()) {
            return !ours || !seen.connected();
        }
        return ours && seen.connected() && patch.equals(written.get(node));
    }

    private @Nullable AgentStatus seen(String node) {
        return all().stream().filter(a -> a.node().equals(node)).findFirst().orElse(null);
    }

    /** Another replica has written of agents that are connected to us: theirs is older news. */
    private synchronized void correct() {
        for (AgentStatus seen : all()) {
            JsonNode ours = latest.get(seen.node());
            if (ours != null
                    && ours.path("connected").asBoolean()
                    && !(seen.connected() && seen.pilot().equals(replica))) {
                wanted.putIfAbsent(seen.node(), ours);
                notifyAll();
            }
        }
    }

    private ApiWriter.Answer patch(String node, JsonNode patch) throws IOException {
        return api.patch(PATH + "/" + node + "/status", ApiWriter.MERGE, patch);
    }

    private ObjectNode served(String node, JsonNode status) {
        ObjectNode served = JsonNodeFactory.instance.objectNode();
        served.put("node", node);
        served.put("connected", status.path("connected").asBoolean());
        served.put("pilot", replica);
        for (String name : new String[] {"version", "profile"}) {
            if (status.has(name)) {
                served.set(name, status.get(name));
            }
        }
        served.put("ackedRevision", status.path("ackedAppliedRevision").asText("0"));
        served.set("rejected", status.path("rejected"));
        return served;
    }

    /** Makes the object, owned by its node: Kubernetes removes the one with the other. */
    private boolean create(String node) throws IOException {
        ApiWriter.Answer nodes =
                api.get("/api/v1/nodes?limit=1&fieldSelector=metadata.name%3D" + node);
        JsonNode owner = nodes.body().path("items").path(0);
        ObjectNode agent = JsonNodeFactory.instance.objectNode();
        agent.put("apiVersion", "fairlead.dev/v1alpha1").put("kind", "Agent");
        ObjectNode metadata = agent.putObject("metadata").put("name", node);
        metadata.putObject("labels").put("app.kubernetes.io/part-of", "fairlead");
        if (owner.isObject()) {
            metadata.putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", "v1")
                    .put("kind", "Node")
                    .put("name", node)
                    .put("uid", owner.path("metadata").path("uid").asText());
        }
        ApiWriter.Answer answer = api.create(PATH, agent);
        return answer.written() || answer.conflict();
    }

    @Override
    public void close() {
        all.close();
        writer.interrupt();
    }

    private final class Telling implements Follower {
        @Override
        public void changed(Collection collection) {
            correct();
            changed.run();
        }

        @Override
        public void unchanged(Collection collection) {}

        @Override
        public void watchFailed(Collection collection, String reason) {}

        @Override
        public void listed(Collection collection, int objects) {}
    }
}
