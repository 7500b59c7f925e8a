package dev.fairlead.agent.model.identity;

import dev.fairlead.wire.svid.Revocations;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a secret holds that rules name: a certificate with its key, or roots and what their issuers
 * have taken back. Two of one version are equal.
 *
 * @param version of its content
 * @param key null: of roots
 * @param certificates leaf first, or the roots
 * @param revoked of roots
 */
public record Credential(
        String version,
        @Nullable PrivateKey key,
        List<X509Certificate> certificates,
        Revocations revoked) {

    public Credential {
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no certificates");
        }
        certificates = List.copyOf(certificates);
    }

    /** With nothing that is taken back. */
    public Credential(
            String version, @Nullable PrivateKey key, List<X509Certificate> certificates) {
        this(version, key, certificates, Revocations.NONE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Credential that && version.equals(that.version);
    }

    @Override
    public int hashCode() {
        return version.hashCode();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Credential[" + version + ", " + certificates.size() + " certificates]";
    }
}
