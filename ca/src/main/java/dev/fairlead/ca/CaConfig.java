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
 * @param clusterDir FAIRLEAD_CLUSTER_DIR: where observed/ and applied/ are
 * @param listen FAIRLEAD_LISTEN, default 0.0.0.0:15013
 * @param caDir FAIRLEAD_CA_DIR: own or plugged-in key and certificates, see {@link CaFiles}
 * @param nodeTokens FAIRLEAD_NODE_TOKENS: list of hashed tokens
 * @param rootCertFile FAIRLEAD_ROOT_CERT_FILE: the public bundle is written there
 * @param trustDomain FAIRLEAD_TRUST_DOMAIN, default cluster.local
 * @param lifetime FAIRLEAD_CA_LIFETIME: ISO 8601 duration from PT1S; what a certificate lives at
 *     most. Null: by the mesh's compat setting
 */
public record CaConfig(
        Path clusterDir,
        InetSocketAddress listen,
        Path caDir,
        Path nodeTokens,
        Path rootCertFile,
        String trustDomain,
        @Nullable Duration lifetime) {

    public CaConfig {
        if (lifetime != null && lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("FAIRLEAD_CA_LIFETIME " + lifetime + " < PT1S");
        }
    }

    /** IllegalArgumentException names the variable and what is wrong with it. */
    public static CaConfig fromEnv(Map<String, String> env) {
        InetSocketAddress listen =
                SpiffeTls.address(env.getOrDefault("FAIRLEAD_LISTEN", "0.0.0.0:15013"));
        return new CaConfig(
                path(env, "FAIRLEAD_CLUSTER_DIR"),
                new InetSocketAddress(listen.getHostString(), listen.getPort()),
                path(env, "FAIRLEAD_CA_DIR"),
                path(env, "FAIRLEAD_NODE_TOKENS"),
                path(env, "FAIRLEAD_ROOT_CERT_FILE"),
                env.getOrDefault("FAIRLEAD_TRUST_DOMAIN", "cluster.local"),
                lifetime(env.get("FAIRLEAD_CA_LIFETIME")));
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
