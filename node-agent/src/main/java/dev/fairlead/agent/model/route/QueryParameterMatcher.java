package dev.fairlead.agent.model.route;

import org.jspecify.annotations.Nullable;

/**
 * A test on the first value of a query parameter, name and value as they were sent: nothing is
 * decoded. Source: Envoy, config.route.v3.QueryParameterMatcher.
 *
 * @param value null: presence is what is asked for
 * @param present whether it is to be there, where no value is asked for
 */
public record QueryParameterMatcher(String name, @Nullable StringMatcher value, boolean present) {

    /**
     * @param path with query
     * @param query where the query's {@code ?} is; the path's length: there is none
     */
    public boolean matches(String path, int query) {
        String actual = QueryParameters.first(path, query, name);
        if (value == null) {
            return (actual != null) == present;
        }
        return actual != null && value.matches(actual);
    }
}
