package dev.fairlead.pilot.generate;

import com.google.protobuf.Message;
import dev.fairlead.pilot.compile.Authorization;
import dev.fairlead.pilot.compile.Authorization.Custom;
import dev.fairlead.pilot.compile.Authorization.Named;
import dev.fairlead.pilot.compile.Authorization.Rules;
import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.MeshSettings;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what callers of a port may do, as filters of Envoy, in the order in which they decide: who
 * is asked, what is denied, what is allowed, what is noted.
 *
 * <p>Source: istio.io "Authorization Policy"; the filters are those that Istio writes.
 */
final class Authorizations {

    static final String HTTP_RBAC = "envoy.filters.http.rbac";
    static final String HTTP_EXT_AUTHZ = "envoy.filters.http.ext_authz";
    static final String TCP_RBAC = "envoy.filters.network.rbac";
    static final String TCP_EXT_AUTHZ = "envoy.filters.network.ext_authz";

    private static final String TCP_STATS = "tcp.";
    private static final String TRIED_ALLOW = "istio_dry_run_allow_";
    private static final String TRIED_DENY = "istio_dry_run_deny_";
    private static final String BAD_CUSTOM = "-deny-due-to-bad-CUSTOM-action";

    private final TrustDomains domains;
    private final boolean whole;

    /** For who asks everybody about everything. */
    Authorizations(MeshSettings mesh) {
        this(mesh, true);
    }

    /**
     * @param whole false: for older agents, which send no bodies to whom they ask, ask nobody about
     *     connections, and count no single policies; what they cannot ask about is refused
     */
    Authorizations(MeshSettings mesh, boolean whole) {
        domains = TrustDomains.of(mesh);
        this.whole = whole;
    }

    /** Of requests. */
    List<HttpFilter> http(Authorization authorization) {
        List<HttpFilter> filters = new ArrayList<>();
        var rules = new AccessRules(domains, true);
        for (Custom custom : authorization.custom()) {
            RBAC asked = rbac(Action.DENY, custom.rules(), rules, ExternalChecks.prefix(custom));
            ExtensionProvider provider = custom.provider();
            if (provider == null || !whole && provider.body() != null) {
                filters.add(http(HTTP_RBAC, httpRbac(refused(custom, rules), null, "")));
            } else {
                filters.add(http(HTTP_RBAC, httpRbac(null, asked, ExternalChecks.STATS)));
                filters.add(http(HTTP_EXT_AUTHZ, ExternalChecks.http(custom, provider)));
            }
        }
        for (Part part : parts(authorization)) {
            filters.add(
                    http(
                            HTTP_RBAC,
                            httpRbac(part.inForce(rules), part.tried(rules), part.triedStats())));
        }
        return filters;
    }

    /** Of connections. */
    List<Filter> tcp(Authorization authorization) {
        List<Filter> filters = new ArrayList<>();
        var rules = new AccessRules(domains, false);
        for (Custom custom : authorization.custom()) {
            ExtensionProvider provider = custom.provider();
            boolean calls =
                    provider != null
                            && provider.protocol() instanceof ExtensionProvider.Protocol.Grpc;
            if (provider == null || !whole && calls) {
                filters.add(tcp(TCP_RBAC, tcpRbac(refused(custom, rules), null, "")));
            } else if (provider.protocol() instanceof ExtensionProvider.Protocol.Grpc) {
                RBAC asked =
                        rbac(Action.DENY, custom.rules(), rules, ExternalChecks.prefix(custom));
                filters.add(tcp(TCP_RBAC, tcpRbac(null, asked, ExternalChecks.STATS)));
                filters.add(tcp(TCP_EXT_AUTHZ, ExternalChecks.tcp(custom, provider)));
            } // who is asked by requests is not asked of connections, as in Istio
        }
        for (Part part : parts(authorization)) {
            filters.add(
                    tcp(
                            TCP_RBAC,
                            tcpRbac(part.inForce(rules), part.tried(rules), part.triedStats())));
        }
        return filters;
    }

    /** Rules with one action; what has none is left out. */
    private record Part(Action action, Rules rules) {

        @Nullable RBAC inForce(AccessRules writer) {
            return rules.inForce().isEmpty() ? null : rbac(action, rules.inForce(), writer, "");
        }

        @Nullable RBAC tried(AccessRules writer) {
            return rules.tried().isEmpty() ? null : rbac(action, rules.tried(), writer, "");
        }

        String triedStats() {
            return action == Action.DENY ? TRIED_DENY : TRIED_ALLOW;
        }
    }

    private static List<Part> parts(Authorization authorization) {
        List<Part> parts = new ArrayList<>();
        for (Part part :
                List.of(
                        new Part(Action.DENY, authorization.deny()),
                        new Part(Action.ALLOW, authorization.allow()),
                        new Part(Action.ALLOW, authorization.roles()),
                        new Part(Action.LOG, authorization.audit()))) {
            if (!part.rules.isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** Rules that cannot fit are left out; without any, ALLOW lets nothing in. */
    private static RBAC rbac(Action action, List<Named> rules, AccessRules writer, String prefix) {
        var rbac = RBAC.newBuilder().setAction(action);
        for (Named rule : rules) {
            Policy policy = writer.policy(rule.rule(), action != Action.ALLOW);
            if (policy != null) {
                rbac.putPolicies(prefix + rule.name(), policy);
            }
        }
        return rbac.build();
    }

    /** Nobody decides, so what should be decided is refused. */
    private static RBAC refused(Custom custom, AccessRules writer) {
        List<Named> named = new ArrayList<>();
        custom.rules().forEach(rule -> named.add(new Named(rule.name() + BAD_CUSTOM, rule.rule())));
        return rbac(Action.DENY, named, writer, ExternalChecks.prefix(custom));
    }

    private Message httpRbac(@Nullable RBAC rules, @Nullable RBAC shadow, String stats) {
        var filter =
                io.envoyproxy
                        .envoy
                        .extensions
                        .filters
                        .http
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .setTrackPerRuleStats(whole);
        if (rules != null) {
            filter.setRules(rules);
        }
        if (shadow != null) {
            filter.setShadowRules(shadow).setShadowRulesStatPrefix(stats);
        }
        return filter.build();
    }

    private static Message tcpRbac(@Nullable RBAC rules, @Nullable RBAC shadow, String stats) {
        var filter =
                io.envoyproxy
                        .envoy
                        .extensions
                        .filters
                        .network
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .setStatPrefix(TCP_STATS);
        if (rules != null) {
            filter.setRules(rules);
        }
        if (shadow != null) {
            filter.setShadowRules(shadow).setShadowRulesStatPrefix(stats);
        }
        return filter.build();
    }

    private static HttpFilter http(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    private static Filter tcp(String name, Message config) {
        return Filter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }
}
