package dev.fairlead.agent.control.xds.compile;

import com.google.re2j.Pattern;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.AccessRules.Purpose;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Matcher.Attribute;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.route.StringMatcher;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code extensions.filters.http.rbac.v3.RBAC}. */
final class AccessFilters {

    /** Metadata that only the agent fills: what the calling pod is. */
    private static final String SOURCE_FILTER = "fairlead.source";

    private static final int MAX_DEPTH = 32;

    /** Principals of one namespace, in Istio's words. */
    private static final java.util.regex.Pattern NAMESPACE =
            java.util.regex.Pattern.compile("\\.\\*/ns/([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)/\\.\\*");

    private AccessFilters() {}

    static AccessRules compile(RBAC config, Replies.Reply reply, At at) throws Refusal {
        Purpose purpose =
                purpose(config.getShadowRulesStatPrefix(), at.field("shadow_rules_stat_prefix"));
        AccessRules usual =
                new AccessRules(
                        config.hasRules() ? rbac(config.getRules(), at.field("rules")) : null,
                        config.hasShadowRules()
                                ? rbac(config.getShadowRules(), at.field("shadow_rules"))
                                : null,
                        purpose);
        return usual.answering(
                        reply.status(usual.status()), reply.body(usual.body()), reply.subject())
                .counting(config.getTrackPerRuleStats());
    }

    /** What shadow rules of that prefix are for. */
    static Purpose purpose(String prefix, At at) throws Refusal {
        Purpose purpose = Purpose.ofPrefix(prefix);
        if (purpose == null) {
            throw at.refuse("\"" + prefix + "\" is unknown");
        }
        return purpose;
    }

    static Rbac rbac(io.envoyproxy.envoy.config.rbac.v3.RBAC rbac, At at) throws Refusal {
        Rbac.Action action =
                switch (rbac.getAction()) {
                    case ALLOW -> Rbac.Action.ALLOW;
                    case DENY -> Rbac.Action.DENY;
                    case LOG -> Rbac.Action.LOG;
                    case UNRECOGNIZED -> throw at.field("action").refuse("unknown");
                };
        List<Rbac.Policy> policies = new ArrayList<>();
        for (var entry : new TreeMap<>(rbac.getPoliciesMap()).entrySet()) {
            Policy policy = entry.getValue();
            At policyAt = at.field("policies[" + entry.getKey() + "]");
            policies.add(
                    new Rbac.Policy(
                            entry.getKey(),
                            permissions(
                                    policy.getPermissionsList(), "permissions", policyAt, true, 0),
                            principals(
                                    policy.getPrincipalsList(), "principals", policyAt, true, 0)));
        }
        return new Rbac(action, policies);
    }

    private static Matcher permissions(
            List<Permission> rules, String field, At at, boolean any, int depth) throws Refusal {
        List<Matcher> parts = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            parts.add(permission(rules.get(i), at.element(field, i), depth + 1));
        }
        return joined(parts, any, at.field(field));
    }

    @SuppressWarnings("deprecation") // metadata, which Istio still writes
    private static Matcher permission(Permission rule, At at, int depth) throws Refusal {
        requireDepth(depth, at);
        return switch (rule.getRuleCase()) {
            case ANY -> always(rule.getAny(), at);
            case AND_RULES ->
                    permissions(
                            rule.getAndRules().getRulesList(),
                            "rules",
                            at.field("and_rules"),
                            false,
                            depth);
            case OR_RULES ->
                    permissions(
                            rule.getOrRules().getRulesList(),
                            "rules",
                            at.field("or_rules"),
                            true,
                            depth);
            case NOT_RULE ->
                    new Matcher.Not(permission(rule.getNotRule(), at.field("not_rule"), depth + 1));
            case HEADER ->
                    new Matcher.Header(
                            HeaderMatchers.compile(rule.getHeader(), at.field("header")));
            case URL_PATH -> path(rule.getUrlPath(), at.field("url_path"));
            case DESTINATION_IP ->
                    new Matcher.DestinationAddress(
                            Values.range(rule.getDestinationIp(), at.field("destination_ip")));
            case DESTINATION_PORT -> {
                int port = rule.getDestinationPort();
                if (port < 0 || port > 65535) {
                    throw at.field("destination_port").refuse("no port");
                }
                yield new Matcher.DestinationPort(port, port + 1);
            }
            case DESTINATION_PORT_RANGE -> {
                var range = rule.getDestinationPortRange();
                if (range.getStart() < 0
                        || range.getEnd() > 65536
                        || range.getStart() >= range.getEnd()) {
                    throw at.field("destination_port_range").refuse("no range of ports");
                }
                yield new Matcher.DestinationPort(range.getStart(), range.getEnd());
            }
            case REQUESTED_SERVER_NAME ->
                    text(
                            new Attribute.ServerName(),
                            StringMatchers.compile(
                                    rule.getRequestedServerName(),
                                    at.field("requested_server_name")));
            case METADATA -> ClaimMatchers.compile(rule.getMetadata(), at.field("metadata"));
            case URI_TEMPLATE -> {
                At configAt = at.field("uri_template").field("typed_config");
                yield new Matcher.Text(
                        new Attribute.Path(),
                        PathTemplates.compile(
                                Profile.typed(
                                        rule.getUriTemplate().getTypedConfig(),
                                        UriTemplateMatchConfig.class,
                                        configAt),
                                configAt));
            }
            default -> throw at.refuse("no rule");
        };
    }

    private static Matcher principals(
            List<Principal> ids, String field, At at, boolean any, int depth) throws Refusal {
        List<Matcher> parts = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            parts.add(principal(ids.get(i), at.element(field, i), depth + 1));
        }
        return joined(parts, any, at.field(field));
    }

    static Matcher principal(Principal id, At at) throws Refusal {
        return principal(id, at, 0);
    }

    @SuppressWarnings("deprecation") // source_ip, which Envoy still takes
    private static Matcher principal(Principal id, At at, int depth) throws Refusal {
        requireDepth(depth, at);
        return switch (id.getIdentifierCase()) {
            case ANY -> always(id.getAny(), at);
            case AND_IDS ->
                    principals(
                            id.getAndIds().getIdsList(), "ids", at.field("and_ids"), false, depth);
            case OR_IDS ->
                    principals(id.getOrIds().getIdsList(), "ids", at.field("or_ids"), true, depth);
            case NOT_ID -> new Matcher.Not(principal(id.getNotId(), at.field("not_id"), depth + 1));
            case AUTHENTICATED ->
                    id.getAuthenticated().hasPrincipalName()
                            ? caller(
                                    StringMatchers.compile(
                                            id.getAuthenticated().getPrincipalName(),
                                            at.field("authenticated").field("principal_name")))
                            : new Matcher.Authenticated();
            case SOURCE_IP ->
                    new Matcher.SourceAddress(
                            Values.range(id.getSourceIp(), at.field("source_ip")));
            case DIRECT_REMOTE_IP ->
                    new Matcher.SourceAddress(
                            Values.range(id.getDirectRemoteIp(), at.field("direct_remote_ip")));
            case REMOTE_IP ->
                    new Matcher.RemoteAddress(
                            Values.range(id.getRemoteIp(), at.field("remote_ip")));
            case HEADER ->
                    new Matcher.Header(HeaderMatchers.compile(id.getHeader(), at.field("header")));
            case URL_PATH -> path(id.getUrlPath(), at.field("url_path"));
            case METADATA -> ClaimMatchers.compile(id.getMetadata(), at.field("metadata"));
            case SOURCED_METADATA ->
                    peer(
                            id.getSourcedMetadata().getMetadataMatcher(),
                            at.field("sourced_metadata").field("metadata_matcher"));
            default -> throw at.refuse("no identifier");
        };
    }

    private static void requireDepth(int depth, At at) throws Refusal {
        if (depth > MAX_DEPTH) {
            throw at.refuse("nested deeper than " + MAX_DEPTH);
        }
    }

    private static Matcher always(boolean yes, At at) throws Refusal {
        if (!yes) {
            throw at.field("any").refuse("false");
        }
        return new Matcher.Any();
    }

    private static Matcher path(PathMatcher matcher, At at) throws Refusal {
        return text(
                new Attribute.Path(), StringMatchers.compile(matcher.getPath(), at.field("path")));
    }

    /** Who has called; a namespace, as Istio writes it, is looked up and not searched for. */
    private static Matcher caller(StringMatcher name) {
        if (name instanceof StringMatcher.Regex(Pattern pattern)) {
            java.util.regex.Matcher ofNamespace = NAMESPACE.matcher(pattern.pattern());
            if (ofNamespace.matches()) {
                return new Matcher.OneOf(
                        new Attribute.PrincipalNamespace(), Set.of(ofNamespace.group(1)));
            }
        }
        return text(new Attribute.Principal(), name);
    }

    private static Matcher text(Attribute of, StringMatcher test) {
        return test instanceof StringMatcher.Exact(String text, boolean ignoreCase) && !ignoreCase
                ? new Matcher.OneOf(of, Set.of(text))
                : new Matcher.Text(of, test);
    }

    private static Matcher peer(MetadataMatcher matcher, At at) throws Refusal {
        return text(
                peer(
                        matcher.getFilter(),
                        matcher.getPathList().stream()
                                .map(MetadataMatcher.PathSegment::getKey)
                                .toList(),
                        at.field("filter"),
                        at.field("path")),
                StringMatchers.compile(
                        matcher.getValue().getStringMatch(),
                        at.field("value").field("string_match")));
    }

    /** What the control plane knows of the caller, by the metadata's name for it. */
    static Attribute peer(String filter, List<String> path, At filterAt, At pathAt) throws Refusal {
        if (!filter.equals(SOURCE_FILTER)) {
            throw filterAt.refuse("\"" + filter + "\" is unknown");
        }
        Attribute attribute = attribute(path);
        if (attribute == null) {
            throw pathAt.refuse(
                    "none of [labels, <key>], [namespace], [workload], [address], [path]");
        }
        return attribute;
    }

    private static @Nullable Attribute attribute(List<String> path) {
        String first = path.isEmpty() ? "" : path.getFirst();
        if (path.size() == 2 && first.equals("labels")) {
            return new Attribute.PeerLabel(path.get(1));
        }
        if (path.size() != 1) {
            return null;
        }
        return switch (first) {
            case "namespace" -> new Attribute.PeerNamespace();
            case "workload" -> new Attribute.PeerWorkload();
            case "address" -> new Attribute.Address();
            case "path" -> new Attribute.Path();
            default -> null;
        };
    }

    private static Matcher joined(List<Matcher> parts, boolean any, At at) throws Refusal {
        if (parts.isEmpty()) {
            throw at.refuse("empty");
        }
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        return any ? anyOf(parts) : new Matcher.AllOf(parts);
    }

    /** The exact texts of one attribute are one look-up, and come first. */
    private static Matcher anyOf(List<Matcher> parts) {
        Map<Attribute, Set<String>> exact = new LinkedHashMap<>();
        List<Matcher> others = new ArrayList<>();
        for (Matcher part : parts) {
            if (part instanceof Matcher.OneOf(Attribute of, Set<String> texts)) {
                exact.computeIfAbsent(of, _ -> new LinkedHashSet<>()).addAll(texts);
            } else {
                others.add(part);
            }
        }
        List<Matcher> all = new ArrayList<>();
        exact.forEach((of, texts) -> all.add(new Matcher.OneOf(of, texts)));
        all.addAll(others);
        return all.size() == 1 ? all.getFirst() : new Matcher.AnyOf(all);
    }
}
