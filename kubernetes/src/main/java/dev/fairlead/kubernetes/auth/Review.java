package dev.fairlead.kubernetes.auth;

import java.util.List;
import java.util.Map;

/** What the API server says of a token. */
sealed interface Review {

    /** It is nobody's, or not for this audience. */
    record Unknown() implements Review {}

    /**
     * @param audiences for which of the audiences that were asked for the token is good
     * @param extra what the authenticator knows besides: keys {@code
     *     authentication.kubernetes.io/…}
     */
    record Known(String user, List<String> audiences, Map<String, List<String>> extra)
            implements Review {
        public Known {
            audiences = List.copyOf(audiences);
            extra = Map.copyOf(extra);
        }
    }
}
