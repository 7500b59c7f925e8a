package dev.fairlead.agent.data.tls;

import java.util.List;

/** What needs a context of its own within an identity. */
record TlsMode(boolean server, List<String> alpn, boolean maxTls12) {

    private static final String[] UP_TO_12 = {"TLSv1.2"};
    private static final String[] UP_TO_13 = {"TLSv1.2", "TLSv1.3"};

    String[] protocols() {
        return maxTls12 ? UP_TO_12 : UP_TO_13;
    }
}
