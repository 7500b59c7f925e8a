package dev.fairlead.agent.data.tls;

import java.util.List;

/** One side of the mesh's own mTLS. */
record TlsMode(boolean server, List<String> alpn, boolean maxTls12) implements ContextMode {}
