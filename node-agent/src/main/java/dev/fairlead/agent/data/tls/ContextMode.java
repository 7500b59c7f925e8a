package dev.fairlead.agent.data.tls;

import java.util.List;

/** What needs a context of its own within an identity. */
sealed interface ContextMode permits TlsMode, OriginationMode {

    List<String> alpn();

    boolean maxTls12();
}
