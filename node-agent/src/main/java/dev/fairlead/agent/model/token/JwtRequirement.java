package dev.fairlead.agent.model.token;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What requests must bring. Source: Envoy, jwt_authn.v3.JwtRequirement. */
public sealed interface JwtRequirement {

    /**
     * A token of this provider.
     *
     * @param audiences instead of the provider's own; null: those
     */
    record OfProvider(JwtProvider provider, @Nullable Audiences audiences)
            implements JwtRequirement {}

    /** Any of these; what is passed over stands beside them. */
    record AnyOf(List<JwtRequirement> parts, Tolerance tolerance) implements JwtRequirement {
        public AnyOf {
            parts = List.copyOf(parts);
        }
    }

    record AllOf(List<JwtRequirement> parts) implements JwtRequirement {
        public AllOf {
            parts = List.copyOf(parts);
        }
    }

    /**
     * No token of any provider need be there; those that are must hold, unless failed ones are
     * passed over, too.
     *
     * @param providers in the order of their names, which is Envoy's
     * @param places where any of them looks
     */
    record AllowMissing(List<JwtProvider> providers, TokenPlaces places, boolean failedToo)
            implements JwtRequirement {
        public AllowMissing {
            providers = List.copyOf(providers);
        }
    }

    /** What is passed over where no part holds. */
    enum Tolerance {
        NONE,
        MISSING,
        MISSING_OR_FAILED
    }
}
