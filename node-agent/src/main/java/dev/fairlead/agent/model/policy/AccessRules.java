package dev.fairlead.agent.model.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@code envoy.filters.http.rbac} filter.
 *
 * @param rules null: all may pass
 * @param shadow rules that only count; null: none
 * @param purpose what these are for
 * @param status of the answer to what may not pass
 * @param subject what stands for {@code %SUBJECT%} in the body; null: nothing does
 * @param counted whether what each policy decides is counted
 */
public record AccessRules(
        @Nullable Rbac rules,
        @Nullable Rbac shadow,
        Purpose purpose,
        int status,
        String body,
        @Nullable Subject subject,
        boolean counted) {

    private static final String SUBJECT = "%SUBJECT%";

    /** What shadow rules are for, by the prefix that their stats and metadata have. */
    public enum Purpose {
        UNTOLD(""),
        /** They say which requests an external authorizer is asked about. */
        EXTERNAL("istio_ext_authz_"),
        DRY_RUN_ALLOW("istio_dry_run_allow_"),
        DRY_RUN_DENY("istio_dry_run_deny_");

        private final String prefix;

        Purpose(String prefix) {
            this.prefix = prefix;
        }

        public String prefix() {
            return prefix;
        }

        /** Null: there is none of that prefix. */
        public static @Nullable Purpose ofPrefix(String prefix) {
            for (Purpose purpose : values()) {
                if (purpose.prefix.equals(prefix)) {
                    return purpose;
                }
            }
            return null;
        }
    }

    /** The first of these facts that a request has, else {@code otherwise}. */
    public record Subject(List<Matcher.Attribute> facts, String otherwise) {
        public Subject {
            facts = List.copyOf(facts);
        }

        String of(RequestFacts request) {
            for (Matcher.Attribute fact : facts) {
                String value = fact.of(request);
                if (value != null) {
                    return value;
                }
            }
            return otherwise;
        }
    }

    /** Nothing is asked. */
    public static final AccessRules NONE = new AccessRules(null, null);

    public AccessRules(@Nullable Rbac rules, @Nullable Rbac shadow) {
        this(rules, shadow, Purpose.UNTOLD);
    }

    public AccessRules(@Nullable Rbac rules, @Nullable Rbac shadow, Purpose purpose) {
        this(rules, shadow, purpose, 403, "RBAC: access denied", null, false);
    }

    /** The same, with this answer. */
    public AccessRules answering(
            int otherStatus, String otherBody, @Nullable Subject otherSubject) {
        return new AccessRules(
                rules, shadow, purpose, otherStatus, otherBody, otherSubject, counted);
    }

    /** The same, with what each policy decides counted, or not. */
    public AccessRules counting(boolean each) {
        return new AccessRules(rules, shadow, purpose, status, body, subject, each);
    }

    /** The answer's body to this request. */
    public String body(RequestFacts request) {
        Subject of = subject;
        return of == null ? body : body.replace(SUBJECT, of.of(request));
    }
}
