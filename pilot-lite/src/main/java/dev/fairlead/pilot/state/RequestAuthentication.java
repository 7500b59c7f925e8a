package dev.fairlead.pilot.state;

import java.util.List;

/** Whose tokens some pods take: one that is there must hold, none need be there. */
public record RequestAuthentication(Meta meta, PolicyTarget target, List<JwtRule> rules)
        implements ConfigObject {

    public RequestAuthentication {
        rules = List.copyOf(rules);
    }
}
