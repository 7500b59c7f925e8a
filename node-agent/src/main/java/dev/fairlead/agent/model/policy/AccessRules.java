package dev.fairlead.agent.model.policy;

import org.jspecify.annotations.Nullable;

/**
 * An {@code envoy.filters.http.rbac} filter.
 *
 * @param rules null: all may pass
 * @param shadow rules that only count; null: none
 * @param status of the answer to what may not pass
 */
public record AccessRules(@Nullable Rbac rules, @Nullable Rbac shadow, int status, String body) {

    /** Nothing is asked. */
    public static final AccessRules NONE = new AccessRules(null, null);

    public AccessRules(@Nullable Rbac rules, @Nullable Rbac shadow) {
        this(rules, shadow, 403, "RBAC: access denied");
    }

    /** The same, with this answer. */
    public AccessRules answering(int otherStatus, String otherBody) {
        return new AccessRules(rules, shadow, otherStatus, otherBody);
    }
}
