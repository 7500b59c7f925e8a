package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The trust domains that a client may be of, carried by the server's engine in its peer host, as
 * {@link ExpectedPeers} are by a client's. An engine that carries none takes those of the agent's
 * own.
 */
final class AcceptedClients {

    private static final char SEPARATOR = ' '; // in no trust domain

    private AcceptedClients() {}

    /** {@code trustDomains} as an engine's peer host; null: there are none. */
    static @Nullable String asPeerHost(Set<String> trustDomains) {
        return trustDomains.isEmpty() ? null : SEPARATOR + String.join(" ", trustDomains) + " ";
    }

    static boolean contains(SSLEngine engine, SpiffeId actual, String own) {
        @Nullable String accepted = engine.getPeerHost();
        return accepted == null
                ? actual.trustDomain().equals(own)
                : accepted.contains(SEPARATOR + actual.trustDomain() + SEPARATOR);
    }

    static String describe(SSLEngine engine, String own) {
        @Nullable String accepted = engine.getPeerHost();
        return accepted == null ? own : accepted.strip();
    }
}
