package dev.fairlead.ca;

import dev.fairlead.wire.tokens.SpiffeTls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ca's settings, read once from the environment.
 *
 * @param home where ca's key is kept, and how it knows pods and callers
 * @param listen FAIRLEAD_LISTEN, default 0.0.0.0:15013
 * @param metricsListen FAIRLEAD_METRICS_LISTEN: /metrics and /ready; default 0.0.0.0:15016
 * @param trustDomain FAIRLEAD_TRUST_DOMAIN, default cluster.local
 * @param lifetime FAIRLEAD_CA_LIFETIME: ISO 8601 duration from PT1S; what a certificate lives at
 *     most. Null: by the mesh's compat setting
 */
public record CaConfig(
        Home home,
        InetSocketAddress listen,
        InetSocketAddress metricsListen,
        String trustDomain,
        @Nullable Duration lifetime) {

    /** Exactly one of FAIRLEAD_CLUSTER_DIR and FAIRLEAD_KUBERNETES=true says which. */
    public sealed interface Home {}

    /**
     * @param clusterDir FAIRLEAD_CLUSTER_DIR: where observed/ and applied/ are
     * @param caDir FAIRLEAD_CA_DIR: own or plugged-in key and certificates, see {@link CaFiles}
     * @param nodeTokens FAIRLEAD_NODE_TOKENS: list of hashed tokens
     * @param rootCertFile FAIRLEAD_ROOT_CERT_FILE: the public bundle is written there
     */
    public record Directory(Path clusterDir, Path caDir, Path nodeTokens, Path rootCertFile)
            implements Home {}

    /**
     * @param namespace FAIRLEAD_NAMESPACE: of the mesh's own Secrets and ConfigMaps; default
     *     fairlead-system
     * @param audience FAIRLEAD_TOKEN_AUDIENCE: of callers' tokens; default fairlead
     */
    public record Kubernetes(String namespace, String audience) implements Home {}

    public CaConfig {
        if (lifetime != null && lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("FAIRLEAD_CA_LIFETIME " + lifetime + " < PT1S");
        }
    }

    /** IllegalArgumentException names the variable and what is wrong with it. */
    public static CaConfig fromEnv(Map<String, String> env) {
        return new CaConfig(
                home(env),
                address(env, "FAIRLEAD_LISTEN", "0.0.0.0:15013"),
                address(env, "FAIRLEAD_METRICS_LISTEN", "0.0.0.0:15016"),
                env.getOrDefault("FAIRLEAD_TRUST_DOMAIN", "cluster.local"),
                lifetime(env.get("FAIRLEAD_CA_LIFETIME")));
    }

    private static Home home(Map<String, String> env) {
        String kubernetes = env.getOrDefault("FAIRLEAD_KUBERNETES", "");
        boolean directory = !env.getOrDefault("FAIRLEAD_CLUSTER_DIR", "").isEmpty();
        return switch (kubernetes) {
            case "true" -> {
                if (directory) {
                    throw new IllegalArgumentException(
                            "FAIRLEAD_KUBERNETES and FAIRLEAD_CLUSTER_DIR are set: expected one");
                }
                yield new Kubernetes(
                        env.getOrDefault("FAIRLEAD_NAMESPACE", "fairlead-system"),
                        env.getOrDefault("FAIRLEAD_TOKEN_AUDIENCE", "fairlead"));
            }
            case "", "false" ->
                    new Directory(
                            path(env, "FAIRLEAD_CLUSTER_DIR"),
                            path(env, "FAIRLEAD_CA_DIR"),
                            path(env, "FAIRLEAD_NODE_TOKENS"),
                            path(env, "FAIRLEAD_ROOT_CERT_FILE"));
            default ->
                    throw new IllegalArgumentException(
                            "FAIRLEAD_KUBERNETES \"" + kubernetes + "\" is neither true nor false");
        };
    }

    private static InetSocketAddress address(
            Map<String, String> env, String name, String otherwise) {
        InetSocketAddress address = SpiffeTls.address(env.getOrDefault(name, otherwise));
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    private static Path path(Map<String, String> env, String name) {
        String value = env.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return Path.of(value);
    }

    private static @Nullable Duration lifetime(@Nullable String value) {
        try {
            return value == null || value.isEmpty() ? null : Duration.parse(value);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "FAIRLEAD_CA_LIFETIME \"" + value + "\" is not a duration like PT24H", e);
        }
    }
}
