package dev.fairlead.agent;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.iptables.Backend;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The agent's settings, read once from the environment.
 *
 * @param node FAIRLEAD_NODE: name of this node; required
 * @param trustDomain FAIRLEAD_TRUST_DOMAIN; default cluster.local
 * @param pilot FAIRLEAD_PILOT: host:port of pilot-lite; required
 * @param ca FAIRLEAD_CA: host:port of ca; required
 * @param tokenFile FAIRLEAD_TOKEN_FILE: this node's token; required
 * @param rootCertFile FAIRLEAD_ROOT_CERT_FILE: PEM bundle by which pilot-lite and ca are known;
 *     required
 * @param stateDir FAIRLEAD_STATE_DIR: last good configuration and enrolled pods, no keys; required
 * @param podSocket FAIRLEAD_POD_SOCKET: Unix socket for who runs pods; required
 * @param adminSocket FAIRLEAD_ADMIN_SOCKET: Unix socket for operators; required
 * @param adminPort FAIRLEAD_ADMIN_PORT on loopback; default 15000
 * @param metricsPort FAIRLEAD_METRICS_PORT on all addresses; default 15020
 * @param readyPort FAIRLEAD_READY_PORT on all addresses; default 15021
 * @param workers FAIRLEAD_WORKERS: loops that carry traffic; default one less than processors, 1 to
 *     16
 * @param iptables FAIRLEAD_IPTABLES: nft, legacy or auto; default auto
 * @param podBounds what one pod may have at once: FAIRLEAD_POD_CONNECTIONS, in and out; default
 *     8192. FAIRLEAD_POD_STREAMS of HTTP/2 clients; default 16384. FAIRLEAD_POD_HANDSHAKES with its
 *     callers under way; default 1024; FAIRLEAD_POD_SOURCE_HANDSHAKES with one address; default
 *     256. FAIRLEAD_POD_BUFFERED_BYTES of requests that are kept; default 67108864
 * @param credentialsDir FAIRLEAD_CREDENTIALS_DIR: files that rules may name for TLS of their own, a
 *     folder for each namespace; default none
 * @param nodeSources where the node's pods are learned from
 */
public record AgentConfig(
        String node,
        String trustDomain,
        String pilot,
        String ca,
        Path tokenFile,
        Path rootCertFile,
        Path stateDir,
        Path podSocket,
        Path adminSocket,
        int adminPort,
        int metricsPort,
        int readyPort,
        int workers,
        Backend iptables,
        PodBounds podBounds,
        @Nullable Path credentialsDir,
        NodeSources nodeSources,
        int drainSeconds) {

    private static final int MAX_WORKERS = 16;

    public AgentConfig {
        if (workers < 1 || workers > 256) {
            throw new IllegalArgumentException("FAIRLEAD_WORKERS " + workers + " is not 1 to 256");
        }
        if (drainSeconds < 0 || drainSeconds > 3600) {
            throw new IllegalArgumentException(
                    "FAIRLEAD_DRAIN_SECONDS " + drainSeconds + " is not 0 to 3600");
        }
    }

    /** IllegalArgumentException names the variable and what is wrong with it. */
    public static AgentConfig fromEnv(Map<String, String> env) {
        return new AgentConfig(
                required(env, "FAIRLEAD_NODE"),
                env.getOrDefault("FAIRLEAD_TRUST_DOMAIN", "cluster.local"),
                required(env, "FAIRLEAD_PILOT"),
                required(env, "FAIRLEAD_CA"),
                Path.of(required(env, "FAIRLEAD_TOKEN_FILE")),
                Path.of(required(env, "FAIRLEAD_ROOT_CERT_FILE")),
                Path.of(required(env, "FAIRLEAD_STATE_DIR")),
                Path.of(required(env, "FAIRLEAD_POD_SOCKET")),
                Path.of(required(env, "FAIRLEAD_ADMIN_SOCKET")),
                port(env, "FAIRLEAD_ADMIN_PORT", 15000),
                port(env, "FAIRLEAD_METRICS_PORT", 15020),
                port(env, "FAIRLEAD_READY_PORT", 15021),
                number(env, "FAIRLEAD_WORKERS", defaultWorkers()),
                Backend.parse(env.getOrDefault("FAIRLEAD_IPTABLES", "auto")),
                podBounds(env),
                optionalPath(env, "FAIRLEAD_CREDENTIALS_DIR"),
                NodeSources.fromEnv(env),
                number(env, "FAIRLEAD_DRAIN_SECONDS", 5));
    }

    private static PodBounds podBounds(Map<String, String> env) {
        PodBounds usual = PodBounds.USUAL;
        return new PodBounds(
                number(env, "FAIRLEAD_POD_CONNECTIONS", usual.connections()),
                number(env, "FAIRLEAD_POD_STREAMS", usual.streams()),
                number(env, "FAIRLEAD_POD_HANDSHAKES", usual.handshakes()),
                number(env, "FAIRLEAD_POD_SOURCE_HANDSHAKES", usual.handshakesPerSource()),
                number(env, "FAIRLEAD_POD_BUFFERED_BYTES", usual.bufferedBytes()));
    }

    private static int defaultWorkers() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MAX_WORKERS);
    }

    private static String required(Map<String, String> env, String name) {
        String value = env.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static @Nullable Path optionalPath(Map<String, String> env, String name) {
        String value = env.getOrDefault(name, "");
        return value.isEmpty() ? null : Path.of(value);
    }

    private static int port(Map<String, String> env, String name, int otherwise) {
        int port = number(env, name, otherwise);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " " + port + " is no port");
        }
        return port;
    }

    private static int number(Map<String, String> env, String name, int otherwise) {
        String value = env.get(name);
        try {
            return value == null || value.isEmpty() ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " \"" + value + "\" is no number", e);
        }
    }

    /** As admin shows them; there are no secrets among them. */
    Map<String, String> shown() {
        Map<String, String> shown = new TreeMap<>();
        shown.put("FAIRLEAD_NODE", node);
        shown.put("FAIRLEAD_TRUST_DOMAIN", trustDomain);
        shown.put("FAIRLEAD_PILOT", pilot);
        shown.put("FAIRLEAD_CA", ca);
        shown.put("FAIRLEAD_STATE_DIR", stateDir.toString());
        shown.put("FAIRLEAD_DRAIN_SECONDS", Integer.toString(drainSeconds));
        shown.put("FAIRLEAD_POD_CONNECTIONS", Integer.toString(podBounds.connections()));
        shown.put("FAIRLEAD_POD_STREAMS", Integer.toString(podBounds.streams()));
        shown.put("FAIRLEAD_POD_HANDSHAKES", Integer.toString(podBounds.handshakes()));
        shown.put(
                "FAIRLEAD_POD_SOURCE_HANDSHAKES",
                Integer.toString(podBounds.handshakesPerSource()));
        shown.put("FAIRLEAD_POD_BUFFERED_BYTES", Integer.toString(podBounds.bufferedBytes()));
        if (credentialsDir != null) {
            shown.put("FAIRLEAD_CREDENTIALS_DIR", credentialsDir.toString());
        }
        shown.put("FAIRLEAD_WORKERS", Integer.toString(workers));
        shown.put("FAIRLEAD_IPTABLES", iptables.name().toLowerCase(java.util.Locale.ROOT));
        shown.put("FAIRLEAD_PODS", nodeSources.kubernetes() ? "node" : "socket");
        return shown;
    }
}
