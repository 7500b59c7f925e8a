package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;

/** What a connection must pass before its bytes are relayed. */
public sealed interface NetworkFilter {

    /** Who may connect; what rules say of requests matches nothing. */
    record Access(AccessRules rules) implements NetworkFilter {}

    /** Who is asked whether a connection may pass. */
    record External(ExternalAuthorization rules) implements NetworkFilter {}
}
