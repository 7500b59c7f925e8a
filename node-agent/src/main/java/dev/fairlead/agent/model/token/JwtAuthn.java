package dev.fairlead.agent.model.token;

import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.RouteMatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@code envoy.filters.http.jwt_authn} filter. Source: Envoy,
 * extensions.filters.http.jwt_authn.v3.JwtAuthentication.
 *
 * @param rules the first that matches a request says what it must bring
 * @param bypassCorsPreflight whether preflights need bring nothing: browsers send no credentials
 * @param body of the answer to what may not pass; empty: what is wrong
 * @param setByUs headers that any provider sets: what a caller says there is removed, whatever the
 *     request must bring
 */
public record JwtAuthn(
        List<Rule> rules, boolean bypassCorsPreflight, String body, List<String> setByUs) {

    public JwtAuthn {
        rules = List.copyOf(rules);
        setByUs = List.copyOf(setByUs);
    }

    /** It sets no headers. */
    public JwtAuthn(List<Rule> rules, boolean bypassCorsPreflight, String body) {
        this(rules, bypassCorsPreflight, body, List.of());
    }

    /**
     * @param requires null: nothing
     */
    public record Rule(RouteMatch match, @Nullable JwtRequirement requires) {}

    /** What the request must bring; null: nothing. */
    public @Nullable JwtRequirement requirement(RequestView request) {
        String path = request.path();
        int query = path.indexOf('?');
        int pathLength = query < 0 ? path.length() : query;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.match.matches(request, pathLength, Map.of())) {
                return rule.requires;
            }
        }
        return null;
    }
}
