package dev.fairlead.agent.model.route;

import org.jspecify.annotations.Nullable;

/** One request, as configured headers speak of it. */
public interface HeaderFacts {

    /** What is known of {@code fact}, or null. */
    @Nullable String known(HeaderFact fact);

    /**
     * The first value of a header, or null.
     *
     * @param name in lower case, or a pseudo header's
     */
    @Nullable String header(boolean ofResponse, String name);
}
