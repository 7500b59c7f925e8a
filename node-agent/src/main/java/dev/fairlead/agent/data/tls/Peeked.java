package dev.fairlead.agent.data.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the first bytes of a connection say of TLS. */
public sealed interface Peeked {

    /** They may become a ClientHello: read more. */
    record Incomplete() implements Peeked {}

    /** They are no ClientHello that we can read: another protocol, malformed, or too long. */
    record NotTls() implements Peeked {}

    /**
     * They are a whole one.
     *
     * @param sni server name asked for, in lower case; null where none is
     * @param alpn protocols offered, preferred first
     */
    record Hello(@Nullable String sni, List<String> alpn) implements Peeked {
        public Hello {
            alpn = List.copyOf(alpn);
        }
    }

    Incomplete INCOMPLETE = new Incomplete();
    NotTls NOT_TLS = new NotTls();
}
