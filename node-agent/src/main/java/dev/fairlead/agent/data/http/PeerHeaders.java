package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Headers that only a proxy of the mesh may set: removed from what a pod or a stranger sends, with
 * every spelling that has {@code _} for {@code -} (servers of the CGI kind read both as one).
 */
public final class PeerHeaders {

    private static final String[] RESERVED = {
        "x-forwarded-client-cert",
        "x-envoy-internal",
        "x-envoy-external-address",
        "x-envoy-peer-metadata",
        "x-envoy-peer-metadata-id",
        "x-envoy-decorator-operation"
    };

    private static final int SHORTEST = "x-envoy-internal".length();

    private PeerHeaders() {}

    /**
     * Removes all of them. Cost: one pass over the names; nothing is allocated where there are
     * none.
     */
    public static void remove(HttpHeaders headers) {
        List<String> found = null;
        var entries = headers.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            CharSequence name = entry.getKey();
            if (isReserved(name)) {
                found = found == null ? new ArrayList<>(2) : found;
                found.add(name.toString());
            }
        }
        if (found != null) {
            found.forEach(headers::remove);
        }
    }

    static boolean isReserved(CharSequence name) {
        if (name.length() < SHORTEST) {
            return false; // most
        }
        char first = name.charAt(0);
        if (first != 'x' && first != 'X') {
            return false;
        }
        for (String reserved : RESERVED) {
            if (reserved.length() == name.length() && sameName(reserved, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameName(String reserved, CharSequence name) {
        for (int i = 0; i < reserved.length(); i++) {
            char c = name.charAt(i);
            char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '_' ? '-' : c;
            if (lower != reserved.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
