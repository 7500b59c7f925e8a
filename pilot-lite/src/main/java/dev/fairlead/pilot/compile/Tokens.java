package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.Origins;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * End users' tokens that requests to a port of a pod may bring, or must.
 *
 * @param optional a token that is there must hold, and none must be; by issuer
 * @param origins what an old policy asks for; null: nothing
 */
public record Tokens(List<Issuer> optional, @Nullable Origin origins) {

    public static final Tokens NONE = new Tokens(List.of(), null);

    public Tokens {
        optional = List.copyOf(optional);
    }

    /**
     * @param keySet its keys; empty: there are none yet, and no token holds
     */
    public record Issuer(JwtRule rule, String keySet) {}

    /**
     * @param issuers those of the policy's origins, in their order
     */
    public record Origin(Origins policy, List<Issuer> issuers) {
        public Origin {
            issuers = List.copyOf(issuers);
        }
    }
}
