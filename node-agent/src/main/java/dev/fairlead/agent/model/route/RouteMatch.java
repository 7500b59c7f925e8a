package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.List;
import java.util.Map;

/**
 * All tests that a request must pass to take a route.
 *
 * @param sourceLabels labels that the calling pod must have
 */
public record RouteMatch(
        PathMatcher path,
        List<HeaderMatcher> headers,
        List<QueryParameterMatcher> queryParameters,
        Map<String, String> sourceLabels) {

    public RouteMatch(
            PathMatcher path, List<HeaderMatcher> headers, Map<String, String> sourceLabels) {
        this(path, headers, List.of(), sourceLabels);
    }

    public RouteMatch {
        headers = List.copyOf(headers);
        queryParameters = List.copyOf(queryParameters);
        sourceLabels = Map.copyOf(sourceLabels);
    }

    /**
     * @param pathLength length of the request's path without its query
     * @param callerLabels labels of the calling pod
     */
    public boolean matches(RequestView request, int pathLength, Map<String, String> callerLabels) {
        if (path instanceof PathMatcher.Connect != request.method().equals("CONNECT")
                || !path.matches(request.path(), pathLength)) {
            return false;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(request)) {
                return false;
            }
        }
        for (int i = 0; i < queryParameters.size(); i++) {
            if (!queryParameters.get(i).matches(request.path(), pathLength)) {
                return false;
            }
        }
        return sourceLabels.isEmpty()
                || callerLabels.entrySet().containsAll(sourceLabels.entrySet());
    }
}
