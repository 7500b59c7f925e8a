package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.ExtensionProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What callers of one port of a pod may do. First others are asked, then what is denied is refused,
 * then what nobody allows, if anybody allows anything.
 *
 * @param custom by providers' names
 * @param roles those of {@code rbac.istio.io}, one of which must fit as one of {@code allow} must
 */
public record Authorization(
        List<Custom> custom, Rules deny, Rules allow, Rules roles, Rules audit) {

    public static final Authorization NONE =
            new Authorization(List.of(), Rules.NONE, Rules.NONE, Rules.NONE, Rules.NONE);

    public Authorization {
        custom = List.copyOf(custom);
    }

    Authorization with(Rules ofRoles) {
        return ofRoles.isEmpty() ? this : new Authorization(custom, deny, allow, ofRoles, audit);
    }

    /**
     * Rules with one action.
     *
     * @param inForce empty: no policy has this action
     * @param tried those of which is only noted what they would do
     */
    public record Rules(List<Named> inForce, List<Named> tried) {

        public static final Rules NONE = new Rules(List.of(), List.of());

        public Rules {
            inForce = List.copyOf(inForce);
            tried = List.copyOf(tried);
        }

        public boolean isEmpty() {
            return inForce.isEmpty() && tried.isEmpty();
        }
    }

    /**
     * Rules for which somebody else decides.
     *
     * @param provider null: there is none of that name, or nobody answers for it; then what fits is
     *     refused
     */
    public record Custom(String name, @Nullable ExtensionProvider provider, List<Named> rules) {
        public Custom {
            rules = List.copyOf(rules);
        }
    }

    /** A rule, by a name unlike that of any other. */
    public record Named(String name, AccessRule rule) {}
}
