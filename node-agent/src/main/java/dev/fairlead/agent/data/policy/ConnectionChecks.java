package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.policy.RequestFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the filters of a chain say of an opaque connection.
 *
 * <p>Owner: the pod's loop. Source: Envoy, network RBAC filter; it decides when the first byte
 * comes, we before anything is sent, so that a server that speaks first tells nothing.
 */
public final class ConnectionChecks {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionChecks.class);

    private final Counters<ConnectionAccessStat> counters;

    public ConnectionChecks(Counters<ConnectionAccessStat> counters) {
        this.counters = counters;
    }

    /** Where a new connection stands among the filters, and what the earlier ones have found. */
    public static final class Passage {

        private final List<NetworkFilter> filters;
        private int next;
        private @Nullable String external;

        public Passage(List<NetworkFilter> filters) {
            this.filters = filters;
        }
    }

    /** What the filters say of a connection, up to one that cannot say it itself. */
    public sealed interface Step {

        record Passes() implements Step {}

        record Refused() implements Step {}

        /** Somebody else decides; if the connection may pass, the next step is asked for. */
        record Asks(ExternalAuthorization rules) implements Step {}
    }

    public Counters<ConnectionAccessStat> counters() {
        return counters;
    }

    /** How a new connection goes on. */
    public Step next(Passage passage, RequestFacts connection) {
        while (passage.next < passage.filters.size()) {
            switch (passage.filters.get(passage.next++)) {
                case NetworkFilter.Access(AccessRules rules) -> {
                    if (!passes(rules, connection, passage)) {
                        return new Step.Refused();
                    }
                }
                case NetworkFilter.External(ExternalAuthorization rules) -> {
                    String prefix = rules.policies();
                    String found = passage.external;
                    if (prefix == null || found != null && found.startsWith(prefix)) {
                        return new Step.Asks(rules);
                    }
                    counters.inc(ConnectionAccessStat.AUTHORIZER_DISABLED);
                }
            }
        }
        return new Step.Passes();
    }

    /** Whether one that has passed before still may; nothing is counted. */
    public static boolean stillPass(List<NetworkFilter> filters, RequestFacts connection) {
        for (int i = 0; i < filters.size(); i++) {
            if (filters.get(i) instanceof NetworkFilter.Access(AccessRules access)) {
                Rbac rules = access.rules();
                if (rules != null && !rules.allows(connection)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean passes(AccessRules access, RequestFacts connection, Passage passage) {
        Rbac shadow = access.shadow();
        if (shadow != null) {
            String policy = shadow.matching(connection);
            boolean allows = shadow.action().allows(policy != null);
            if (access.purpose() == AccessRules.Purpose.EXTERNAL && policy != null) {
                passage.external = policy;
            }
            counters.inc(stat(access.purpose(), allows));
            AccessDetails.logShadow(access.purpose(), policy, allows, connection);
        }
        Rbac rules = access.rules();
        if (rules == null) {
            return true;
        }
        String policy = rules.matching(connection);
        boolean allows = rules.action().allows(policy != null);
        counters.inc(allows ? ConnectionAccessStat.ALLOWED : ConnectionAccessStat.DENIED);
        if (!allows) {
            log(policy, connection);
        }
        return allows;
    }

    private static void log(@Nullable String policy, RequestFacts connection) {
        LOG.debug(
                "connection refused details={} source={} principal={} port={}",
                AccessDetails.denied(policy),
                connection.source(),
                connection.principal(),
                connection.destinationPort());
    }

    private static ConnectionAccessStat stat(AccessRules.Purpose purpose, boolean allows) {
        return switch (purpose) {
            case UNTOLD ->
                    allows
                            ? ConnectionAccessStat.SHADOW_ALLOWED
                            : ConnectionAccessStat.SHADOW_DENIED;
            case EXTERNAL ->
                    allows
                            ? ConnectionAccessStat.EXTERNAL_SHADOW_ALLOWED
                            : ConnectionAccessStat.EXTERNAL_SHADOW_DENIED;
            case DRY_RUN_ALLOW ->
                    allows
                            ? ConnectionAccessStat.DRY_RUN_ALLOW_SHADOW_ALLOWED
                            : ConnectionAccessStat.DRY_RUN_ALLOW_SHADOW_DENIED;
            case DRY_RUN_DENY ->
                    allows
                            ? ConnectionAccessStat.DRY_RUN_DENY_SHADOW_ALLOWED
                            : ConnectionAccessStat.DRY_RUN_DENY_SHADOW_DENIED;
        };
    }
}
