package dev.fairlead.pilot;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.SpiffeTls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/**
 * Settings of the process, from its environment.
 *
 * @param clusterDirectory FAIRLEAD_CLUSTER_DIR: root of applied/, observed/, status/; needed
 * @param listen FAIRLEAD_LISTEN: xDS and reports; default 0.0.0.0:15012; port 0 takes any
 * @param metricsListen FAIRLEAD_METRICS_LISTEN: /metrics and /ready; default 0.0.0.0:15014
 * @param ca FAIRLEAD_CA: host:port of ca; needed
 * @param tokenFile FAIRLEAD_TOKEN_FILE: the token that ca knows pilot-lite by; needed
 * @param nodeTokens FAIRLEAD_NODE_TOKENS: hashes of the nodes' tokens; needed
 * @param rootCertificate FAIRLEAD_ROOT_CERT_FILE: the bundle that ca writes; needed
 * @param trustDomain FAIRLEAD_TRUST_DOMAIN; default cluster.local
 */
public record PilotConfig(
        Path clusterDirectory,
        InetSocketAddress listen,
        InetSocketAddress metricsListen,
        String ca,
        Path tokenFile,
        Path nodeTokens,
        Path rootCertificate,
        String trustDomain) {

    /** IllegalArgumentException says which variable is missing or wrong. */
    public static PilotConfig fromEnv(Map<String, String> env) {
        String trustDomain = env.getOrDefault("FAIRLEAD_TRUST_DOMAIN", "cluster.local");
        SpiffeId.pilot(trustDomain); // checks it
        String ca = needed(env, "FAIRLEAD_CA");
        SpiffeTls.address(ca); // checks it
        return new PilotConfig(
                Path.of(needed(env, "FAIRLEAD_CLUSTER_DIR")),
                listen(env, "FAIRLEAD_LISTEN", "0.0.0.0:15012"),
                listen(env, "FAIRLEAD_METRICS_LISTEN", "0.0.0.0:15014"),
                ca,
                Path.of(needed(env, "FAIRLEAD_TOKEN_FILE")),
                Path.of(needed(env, "FAIRLEAD_NODE_TOKENS")),
                Path.of(needed(env, "FAIRLEAD_ROOT_CERT_FILE")),
                trustDomain);
    }

    private static String needed(Map<String, String> env, String name) {
        String value = env.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static InetSocketAddress listen(
            Map<String, String> env, String name, String otherwise) {
        try {
            InetSocketAddress address = SpiffeTls.address(env.getOrDefault(name, otherwise));
            return new InetSocketAddress(address.getHostString(), address.getPort());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }
}
