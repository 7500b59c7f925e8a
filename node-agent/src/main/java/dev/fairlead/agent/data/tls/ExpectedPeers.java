package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The identities that a server may have, carried by the engine itself in its peer host: the trust
 * manager, which serves many connections, reads it there. So an engine without an expectation
 * trusts nobody, and sessions of different expectations can never be taken for each other.
 */
final class ExpectedPeers {

    private static final char SEPARATOR = ' '; // in no SPIFFE ID
    private static final String NO_HOST = "/"; // Netty makes a server name of any other

    private ExpectedPeers() {}

    /** {@code peers} as an engine's peer host. */
    static String asPeerHost(Set<SpiffeId> peers) {
        if (peers.isEmpty()) {
            throw new IllegalArgumentException("a TLS client that expects nobody");
        }
        StringBuilder text = new StringBuilder(NO_HOST).append(SEPARATOR);
        for (SpiffeId peer : peers) {
            text.append(peer.uri()).append(SEPARATOR);
        }
        return text.toString();
    }

    /** True where the engine's connection expects {@code actual}. */
    static boolean contains(SSLEngine engine, SpiffeId actual) {
        @Nullable String expected = engine.getPeerHost();
        return expected != null && expected.contains(SEPARATOR + actual.uri() + SEPARATOR);
    }

    static String describe(SSLEngine engine) {
        @Nullable String expected = engine.getPeerHost();
        return expected == null ? "nobody" : expected.substring(NO_HOST.length()).strip();
    }
}
