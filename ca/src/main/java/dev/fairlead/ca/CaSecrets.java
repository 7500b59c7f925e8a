package dev.fairlead.ca;

import dev.fairlead.ca.AuthorityPem.BadAuthority;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that hold ca's key: {@code fairlead-ca}, made by ca, with the mesh's roots beside it;
 * and {@code cacerts}, made by the user, which comes first. Thread: the follower's.
 */
final class CaSecrets {

    static final String OWN = "fairlead-ca";
    static final String PLUGGED_IN = "cacerts";
    private static final String ROOTS = "roots.json";

    /** Secret {@code fairlead-ca} as it stands; each part may not be there yet. */
    record Own(@Nullable Secret secret, @Nullable Authority authority, RootHistory roots) {}

    private final KubernetesClient client;
    private final String namespace;
    private final Clock clock;
    private final KnownAuthority ownKnown = new KnownAuthority();
    private final KnownAuthority pluggedInKnown = new KnownAuthority();

    CaSecrets(KubernetesClient client, String namespace, Clock clock) {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
    }

    Own own() throws BadAuthority {
        Secret secret = client.secrets().inNamespace(namespace).withName(OWN).get();
        if (secret == null) {
            return new Own(null, null, RootHistory.NONE);
        }
        Map<String, byte[]> parts = parts(secret);
        if (parts.containsKey(AuthorityPem.CERTIFICATE)) {
            parts.putIfAbsent(AuthorityPem.ROOT, parts.get(AuthorityPem.CERTIFICATE));
        }
        Authority authority =
                parts.containsKey(AuthorityPem.KEY) ? read(OWN, ownKnown, parts) : null;
        byte[] roots = parts.get(ROOTS);
        try {
            return new Own(
                    secret,
                    authority,
                    roots == null
                            ? RootHistory.NONE
                            : RootHistory.parse(new String(roots, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new BadAuthority(place(OWN, ROOTS) + ": " + e.getMessage(), e);
        }
    }

    /**
     * What the user plugged in.
     *
     * @param revoked lists of revoked certificates; null: none
     */
    record PluggedIn(Authority authority, @Nullable String revoked) {}

    /** Null where there is nothing. */
    @Nullable PluggedIn pluggedIn() throws BadAuthority {
        Secret secret = client.secrets().inNamespace(namespace).withName(PLUGGED_IN).get();
        if (secret == null) {
            return null;
        }
        Map<String, byte[]> parts = parts(secret);
        byte[] revoked = parts.get(AuthorityPem.REVOKED);
        return new PluggedIn(
                read(PLUGGED_IN, pluggedInKnown, parts),
                revoked == null ? null : new String(revoked, StandardCharsets.ISO_8859_1));
    }

    private Authority read(String secret, KnownAuthority known, Map<String, byte[]> parts)
            throws BadAuthority {
        return known.read(parts, key -> place(secret, key), clock.instant());
    }

    String place(String secret, String key) {
        return "secret " + namespace + "/" + secret + " key " + key;
    }

    private static Map<String, byte[]> parts(Secret secret) {
        Map<String, byte[]> parts = new HashMap<>();
        Objects.requireNonNullElse(secret.getData(), Map.<String, String>of())
                .forEach((key, value) -> parts.put(key, Base64.getDecoder().decode(value)));
        return parts;
    }

    /**
     * Writes {@code own} anew. The first of several replicas wins: the others get a
     * KubernetesClientException of code 409 and read again.
     *
     * @param authority null: none of ca's own
     */
    void write(Own own, @Nullable Authority authority, RootHistory roots) {
        Map<String, String> data = new HashMap<>();
        if (authority != null) {
            Map<String, byte[]> parts = AuthorityPem.write(authority);
            for (String name : new String[] {AuthorityPem.KEY, AuthorityPem.CERTIFICATE}) {
                data.put(name, base64(parts.get(name)));
            }
        }
        data.put(ROOTS, base64(roots.json().getBytes(StandardCharsets.UTF_8)));
        if (own.secret == null) {
            Secret secret =
                    new SecretBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(OWN)
                            .addToLabels("app.kubernetes.io/part-of", "fairlead")
                            .endMetadata()
                            .withType("Opaque")
                            .withData(data)
                            .build();
            client.resource(secret).create();
        } else {
            client.resource(new SecretBuilder(own.secret).addToData(data).build()).update();
        }
    }

    private static String base64(byte @Nullable [] part) {
        return Base64.getEncoder().encodeToString(Objects.requireNonNull(part));
    }
}
