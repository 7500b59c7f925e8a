package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.svid.Revocations;
import java.security.cert.CRLException;
import java.time.Instant;
import java.util.List;

/** Revocation lists: read, or refused with a reason; what was read is written as it was. */
public final class RevocationsFuzz {

    private static final TestAuthority AUTHORITY = new TestAuthority("root");

    private RevocationsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Revocations read;
        try {
            read = Revocations.parse(input);
        } catch (CRLException refused) {
            return;
        }
        read.nextUpdate();
        read.revoked(List.of(AUTHORITY.root), List.of(AUTHORITY.root));
        try {
            byte[] again = read.pem().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            if (!Revocations.parse(again).equals(read)) {
                throw new AssertionError("written otherwise");
            }
        } catch (CRLException e) {
            throw new AssertionError("written so that it cannot be read", e);
        }
    }

    public static List<String> seeds() {
        Instant next = Instant.ofEpochSecond(2_000_000_000);
        String one = AUTHORITY.crl(next, AUTHORITY.root);
        return List.of(one, AUTHORITY.crl(next) + one, "-----BEGIN X509 CRL-----\n");
    }
}
