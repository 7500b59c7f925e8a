package dev.fairlead.pilot;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.SpiffeTls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the process, from its environment.
 *
 * @param cluster where the cluster's objects come from: one of FAIRLEAD_CLUSTER_DIR and
 *     FAIRLEAD_KUBERNETES=true is needed
 * @param listen FAIRLEAD_LISTEN: xDS and reports; default 0.0.0.0:15012; port 0 takes any
 * @param metricsListen FAIRLEAD_METRICS_LISTEN: /metrics and /ready; default 0.0.0.0:15014
 * @param ca FAIRLEAD_CA: host:port of ca; needed
 * @param tokenFile FAIRLEAD_TOKEN_FILE: the token that ca knows pilot-lite by; needed
 * @param rootCertificate FAIRLEAD_ROOT_CERT_FILE: the bundle that ca writes; needed
 * @param jwksRoots FAIRLEAD_JWKS_ROOTS_FILE: roots, as PEM, by which servers of jwksUri are known
 *     beside the JVM's; default none
 * @param trustDomain FAIRLEAD_TRUST_DOMAIN; default cluster.local
 */
public record PilotConfig(
        Cluster cluster,
        InetSocketAddress listen,
        InetSocketAddress metricsListen,
        String ca,
        Path tokenFile,
        Path rootCertificate,
        @Nullable Path jwksRoots,
        String trustDomain) {

    /** Where the cluster's objects come from, and by what callers are told. */
    public sealed interface Cluster {

        /**
         * A cluster directory.
         *
         * @param root FAIRLEAD_CLUSTER_DIR: root of applied/, observed/, status/
         * @param nodeTokens FAIRLEAD_NODE_TOKENS: hashes of the nodes' tokens; needed
         */
        record Directory(Path root, Path nodeTokens) implements Cluster {}

        /**
         * A Kubernetes API server: that of the cluster around, or KUBECONFIG's.
         *
         * @param namespace FAIRLEAD_NAMESPACE: where Fairlead itself is; default fairlead-system
         * @param tokenAudience FAIRLEAD_TOKEN_AUDIENCE: of callers' tokens; default fairlead
         * @param webhookListen FAIRLEAD_WEBHOOK_LISTEN: validation; default 0.0.0.0:15017
         * @param replica HOSTNAME: tells replicas apart, a pod's name; default pilot-lite
         */
        record Kubernetes(
                String namespace,
                String tokenAudience,
                InetSocketAddress webhookListen,
                String replica)
                implements Cluster {}
    }

    /** IllegalArgumentException says which variable is missing or wrong. */
    public static PilotConfig fromEnv(Map<String, String> env) {
        String trustDomain = env.getOrDefault("FAIRLEAD_TRUST_DOMAIN", "cluster.local");
        SpiffeId.pilot(trustDomain); // checks it
        String ca = needed(env, "FAIRLEAD_CA");
        SpiffeTls.address(ca); // checks it
        String jwksRoots = env.getOrDefault("FAIRLEAD_JWKS_ROOTS_FILE", "");
        return new PilotConfig(
                cluster(env),
                listen(env, "FAIRLEAD_LISTEN", "0.0.0.0:15012"),
                listen(env, "FAIRLEAD_METRICS_LISTEN", "0.0.0.0:15014"),
                ca,
                Path.of(needed(env, "FAIRLEAD_TOKEN_FILE")),
                Path.of(needed(env, "FAIRLEAD_ROOT_CERT_FILE")),
                jwksRoots.isEmpty() ? null : Path.of(jwksRoots),
                trustDomain);
    }

    private static Cluster cluster(Map<String, String> env) {
        boolean kubernetes = env.getOrDefault("FAIRLEAD_KUBERNETES", "").equals("true");
        if (kubernetes == env.containsKey("FAIRLEAD_CLUSTER_DIR")) {
            throw new IllegalArgumentException(
                    "exactly one of FAIRLEAD_CLUSTER_DIR and FAIRLEAD_KUBERNETES=true must be set");
        }
        return kubernetes
                ? new Cluster.Kubernetes(
                        env.getOrDefault("FAIRLEAD_NAMESPACE", "fairlead-system"),
                        env.getOrDefault("FAIRLEAD_TOKEN_AUDIENCE", "fairlead"),
                        listen(env, "FAIRLEAD_WEBHOOK_LISTEN", "0.0.0.0:15017"),
                        env.getOrDefault("HOSTNAME", "pilot-lite"))
                : new Cluster.Directory(
                        Path.of(needed(env, "FAIRLEAD_CLUSTER_DIR")),
                        Path.of(needed(env, "FAIRLEAD_NODE_TOKENS")));
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
