package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.RequestFacts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which policy decided, told to operators. Source: Envoy, response code details of RBAC. */
final class AccessDetails {

    private static final Logger LOG = LoggerFactory.getLogger(AccessDetails.class);

    private AccessDetails() {}

    /**
     * @param policy that matched; null: none did
     */
    static String denied(@Nullable String policy) {
        return policy == null
                ? "rbac_access_denied_matched_policy[none]"
                : "rbac_access_denied_matched_policy[" + policy.replace(' ', '_') + "]";
    }

    /** What rules on trial would have done. */
    static void logShadow(
            AccessRules.Purpose purpose,
            @Nullable String policy,
            boolean allows,
            RequestFacts facts) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "shadow {}={} policy={} method={} path={} source={} principal={}",
                    purpose.prefix().isEmpty() ? "rules" : purpose.prefix() + "rules",
                    allows ? "allowed" : "denied",
                    policy == null ? "none" : policy,
                    facts.request().method(),
                    facts.request().path(),
                    facts.source().getHostAddress(),
                    facts.principal());
        }
    }
}
