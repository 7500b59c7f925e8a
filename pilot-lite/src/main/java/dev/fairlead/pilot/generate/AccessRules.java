package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes rules as policies of Envoy's RBAC: what the caller must be as principals, the rest as
 * permissions.
 *
 * @param http false: for connections, of which nothing is known that only requests have
 */
record AccessRules(TrustDomains domains, boolean http) {

    static final String TEMPLATE = "envoy.path.match.uri_template.uri_template_matcher";
    private static final Permission NOTHING =
            Permission.newBuilder().setNotRule(Permission.newBuilder().setAny(true)).build();
    private static final Principal NOBODY =
            Principal.newBuilder().setNotId(Principal.newBuilder().setAny(true)).build();

    /**
     * The rule, or null where it asks of a connection what only requests have and must then not
     * fit. Else that is left out, and more fits.
     *
     * @param wide whether more may fit: what is refused rather than let in
     */
    @Nullable Policy policy(AccessRule rule, boolean wide) {
        if (!http && !wide && (asksOfHttp(rule.from()) || asksOfHttp(rule.to()))) {
            return null;
        }
        var policy = Policy.newBuilder();
        for (Part part : rule.to()) {
            policy.addPermissions(permission(part));
        }
        for (Part part : rule.from()) {
            policy.addPrincipals(principal(part));
        }
        if (rule.to().isEmpty()) {
            policy.addPermissions(NOTHING);
        }
        if (rule.from().isEmpty()) {
            policy.addPrincipals(NOBODY);
        }
        return policy.build();
    }

    private static boolean asksOfHttp(List<Part> parts) {
        for (Part part : parts) {
            for (Test test : part.tests()) {
                if (test.attribute().kind().isHttp()) {
                    return true;
                }
            }
        }
        return false;
    }

    private Permission permission(Part part) {
        var all = Permission.Set.newBuilder();
        for (Test test : part.tests()) {
            if (!http && test.attribute().kind().isHttp()) {
                continue;
            }
            if (!test.values().isEmpty()) {
                all.addRules(oneOf(test, test.values()));
            }
            if (!test.notValues().isEmpty()) {
                all.addRules(Permission.newBuilder().setNotRule(oneOf(test, test.notValues())));
            }
        }
        if (all.getRulesCount() == 0) {
            all.addRules(Permission.newBuilder().setAny(true));
        }
        return Permission.newBuilder().setAndRules(all).build();
    }

    private static Permission oneOf(Test test, List<String> values) {
        var any = Permission.Set.newBuilder();
        values.forEach(value -> any.addRules(permission(test.attribute(), value)));
        return Permission.newBuilder().setOrRules(any).build();
    }

    private static Permission permission(AccessRule.Attribute attribute, String value) {
        var permission = Permission.newBuilder();
        switch (attribute.kind()) {
            case HOST -> permission.setHeader(Matchers.header(":authority", value, true));
            case METHOD -> permission.setHeader(Matchers.header(":method", value, false));
            case PATH -> path(permission, value);
            case DESTINATION_PORT -> permission.setDestinationPort(Integer.parseInt(value));
            case DESTINATION_IP -> permission.setDestinationIp(Matchers.range(value));
            case HEADER -> // roles of rbac.istio.io ask for headers beside paths
                    permission.setHeader(Matchers.header(attribute.names().get(0), value, false));
            case SNI -> permission.setRequestedServerName(Matchers.string(value));
            case FILTER_METADATA -> {
                boolean list = value.startsWith("[") && value.endsWith("]") && value.length() > 2;
                var text = Matchers.string(list ? value.substring(1, value.length() - 1) : value);
                return Matchers.permission(
                        Matchers.metadata(
                                attribute.names().get(0),
                                List.of(attribute.names().get(1)),
                                list ? Matchers.listed(text) : Matchers.text(text)));
            }
            default -> throw new IllegalArgumentException(attribute + " is the caller's");
        }
        return permission.build();
    }

    private static void path(Permission.Builder permission, String value) {
        if (!value.contains("{*}") && !value.contains("{**}")) {
            permission.setUrlPath(PathMatcher.newBuilder().setPath(Matchers.string(value)));
            return;
        }
        var template =
                UriTemplateMatchConfig.newBuilder()
                        .setPathTemplate(value.replace("{**}", "**").replace("{*}", "*"));
        permission.setUriTemplate(
                TypedExtensionConfig.newBuilder()
                        .setName(TEMPLATE)
                        .setTypedConfig(Protos.pack(template.build())));
    }

    private Principal principal(Part part) {
        var all = Principal.Set.newBuilder();
        for (Test test : part.tests()) {
            if (!http && test.attribute().kind().isHttp()) {
                continue;
            }
            if (!test.values().isEmpty()) {
                all.addIds(anyOf(test, test.values()));
            }
            if (!test.notValues().isEmpty()) {
                all.addIds(Principal.newBuilder().setNotId(anyOf(test, test.notValues())));
            }
        }
        if (all.getIdsCount() == 0) {
            all.addIds(Principal.newBuilder().setAny(true));
        }
        return Principal.newBuilder().setAndIds(all).build();
    }

    private Principal anyOf(Test test, List<String> values) {
        Kind kind = test.attribute().kind();
        List<String> meant =
                switch (kind) {
                    case PRINCIPAL -> domains.principals(values);
                    case TRUST_DOMAIN -> domains.domains(values);
                    default -> values;
                };
        List<Principal> any = new ArrayList<>();
        meant.forEach(value -> any.add(principal(test.attribute(), value)));
        return or(any);
    }

    private static Principal or(List<Principal> any) {
        return Principal.newBuilder().setOrIds(Principal.Set.newBuilder().addAllIds(any)).build();
    }

    private static Principal principal(AccessRule.Attribute attribute, String value) {
        var principal = Principal.newBuilder();
        return switch (attribute.kind()) {
            case PRINCIPAL -> authenticated(Matchers.principal(value));
            case NAMESPACE -> authenticated(Matchers.namespace(value));
            case SERVICE_ACCOUNT -> authenticated(Matchers.account(value));
            case TRUST_DOMAIN -> authenticated(Matchers.trustDomain(value));
            case SOURCE_IP -> principal.setDirectRemoteIp(Matchers.range(value)).build();
            case REMOTE_IP -> principal.setRemoteIp(Matchers.range(value)).build();
            case HEADER ->
                    principal
                            .setHeader(Matchers.header(attribute.names().get(0), value, false))
                            .build();
            case REQUEST_PRINCIPAL -> RequestPrincipals.of(value);
            case AUDIENCES -> claim(List.of("aud"), value);
            case PRESENTER -> claim(List.of("azp"), value);
            case CLAIM -> claim(attribute.names(), value);
            default -> throw new IllegalArgumentException(attribute + " is not the caller's");
        };
    }

    private static Principal authenticated(io.envoyproxy.envoy.type.matcher.v3.StringMatcher name) {
        return Principal.newBuilder()
                .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
                .build();
    }

    /** A text, or a list with such a text in it: issuers write either. */
    private static Principal claim(List<String> path, String value) {
        var text = Matchers.string(value);
        return or(
                List.of(
                        Matchers.principal(Matchers.listedClaim(path, text)),
                        Matchers.principal(Matchers.claim(path, text))));
    }
}
