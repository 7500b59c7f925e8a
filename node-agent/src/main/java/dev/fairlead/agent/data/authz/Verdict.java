package dev.fairlead.agent.data.authz;

import java.util.List;
import java.util.Map;

/** What came of a question. */
public sealed interface Verdict {

    /**
     * It may pass.
     *
     * @param set headers of the request from now on
     * @param append values that come behind those that the request has
     * @param remove headers that go
     * @param answer headers that its client sees
     */
    record Allowed(
            List<Map.Entry<String, String>> set,
            List<Map.Entry<String, String>> append,
            List<String> remove,
            List<Map.Entry<String, String>> answer)
            implements Verdict {}

    /** It may not, and this is its answer. */
    record Refused(int status, List<Map.Entry<String, String>> headers, String body)
            implements Verdict {}

    /** No answer, or none that can be understood. */
    record Failed() implements Verdict {}
}
