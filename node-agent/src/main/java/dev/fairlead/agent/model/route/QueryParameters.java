package dev.fairlead.agent.model.route;

import org.jspecify.annotations.Nullable;

/** Parameters of a query, as they were sent. Source: Envoy, Http::Utility::QueryParamsMulti. */
public final class QueryParameters {

    private QueryParameters() {}

    /** The first value of {@code name}, or null; empty where it has none. */
    public static @Nullable String first(String path, String name) {
        int query = path.indexOf('?');
        return query < 0 ? null : first(path, query, name);
    }

    /**
     * @param query where the {@code ?} is
     */
    static @Nullable String first(String path, int query, String name) {
        for (int at = query + 1; at < path.length(); ) {
            int end = path.indexOf('&', at);
            end = end < 0 ? path.length() : end;
            int equals = path.indexOf('=', at);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (nameEnd - at == name.length() && path.startsWith(name, at)) {
                return path.substring(Math.min(nameEnd + 1, end), end);
            }
            at = end + 1;
        }
        return null;
    }
}
