package dev.fairlead.pilot.generate;

import com.google.common.net.InetAddresses;
import com.google.re2j.Pattern;
import dev.fairlead.pilot.state.Subnet;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request or connection, and what Envoy's RBAC finds of it. Source: rbac.proto, matcher.proto.
 *
 * @param headers in lower case, with {@code :authority} and {@code :method}; empty: a connection
 * @param principal SPIFFE ID, or empty
 * @param metadata by filter
 */
record Caller(
        Map<String, String> headers,
        String path,
        int port,
        String destinationIp,
        String sni,
        String principal,
        String sourceIp,
        String remoteIp,
        Map<String, Map<String, Object>> metadata) {

    /** Names of the policies that fit. */
    TreeSet<String> fitting(RBAC rules) {
        TreeSet<String> names = new TreeSet<>();
        rules.getPoliciesMap()
                .forEach((name, policy) -> {
                    if (policy.getPermissionsList().stream().anyMatch(this::fits)
                            && policy.getPrincipalsList().stream().anyMatch(this::fits)) {
                        names.add(name);
                    }
                });
        return names;
    }

    /** Of each policy which of its comparisons fit, in order: more than whether all do. */
    TreeMap<String, String> comparisons(RBAC rules) {
        TreeMap<String, String> comparisons = new TreeMap<>();
        rules.getPoliciesMap()
                .forEach((name, policy) -> {
                    var found = new StringBuilder();
                    for (Permission permission : policy.getPermissionsList()) {
                        found.append(" to ");
                        permission
                                .getAndRules()
                                .getRulesList()
                                .forEach(rule -> found.append(fits(rule) ? 'y' : 'n'));
                    }
                    for (Principal principal : policy.getPrincipalsList()) {
                        found.append(" from ");
                        principal
                                .getAndIds()
                                .getIdsList()
                                .forEach(id -> found.append(fits(id) ? 'y' : 'n'));
                    }
                    comparisons.put(name, found.toString());
                });
        return comparisons;
    }

    @SuppressWarnings("deprecation") // metadata, which Istio writes
    private boolean fits(Permission rule) {
        return switch (rule.getRuleCase()) {
            case AND_RULES -> rule.getAndRules().getRulesList().stream().allMatch(this::fits);
            case OR_RULES -> rule.getOrRules().getRulesList().stream().anyMatch(this::fits);
            case NOT_RULE -> !fits(rule.getNotRule());
            case ANY -> rule.getAny();
            case HEADER -> fits(rule.getHeader());
            case URL_PATH -> fits(rule.getUrlPath().getPath(), path);
            case URI_TEMPLATE -> fitsTemplate(rule);
            case DESTINATION_IP -> within(rule.getDestinationIp(), destinationIp);
            case DESTINATION_PORT -> rule.getDestinationPort() == port;
            case REQUESTED_SERVER_NAME -> fits(rule.getRequestedServerName(), sni);
            case METADATA -> fits(rule.getMetadata());
            default -> throw new IllegalArgumentException(rule.toString());
        };
    }

    @SuppressWarnings("deprecation") // metadata, which Istio writes
    private boolean fits(Principal id) {
        return switch (id.getIdentifierCase()) {
            case AND_IDS -> id.getAndIds().getIdsList().stream().allMatch(this::fits);
            case OR_IDS -> id.getOrIds().getIdsList().stream().anyMatch(this::fits);
            case NOT_ID -> !fits(id.getNotId());
            case ANY -> id.getAny();
            case AUTHENTICATED ->
                    !principal.isEmpty()
                            && (!id.getAuthenticated().hasPrincipalName()
                                    || fits(id.getAuthenticated().getPrincipalName(), principal));
            case DIRECT_REMOTE_IP -> within(id.getDirectRemoteIp(), sourceIp);
            case REMOTE_IP -> within(id.getRemoteIp(), remoteIp);
            case HEADER -> fits(id.getHeader());
            case METADATA -> fits(id.getMetadata());
            default -> throw new IllegalArgumentException(id.toString());
        };
    }

    @SuppressWarnings("deprecation") // safe_regex_match, which an older Istio wrote
    private boolean fits(HeaderMatcher matcher) {
        String value = headers.get(matcher.getName().toLowerCase(Locale.ROOT));
        if (value == null) {
            return false;
        }
        return switch (matcher.getHeaderMatchSpecifierCase()) {
            case STRING_MATCH -> fits(matcher.getStringMatch(), value);
            case PRESENT_MATCH -> matcher.getPresentMatch();
            case SAFE_REGEX_MATCH -> Pattern.matches(matcher.getSafeRegexMatch().getRegex(), value);
            default -> throw new IllegalArgumentException(matcher.toString());
        };
    }

    private static boolean fits(StringMatcher matcher, String text) {
        String value = matcher.getIgnoreCase() ? text.toLowerCase(Locale.ROOT) : text;
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> value.equals(cased(matcher, matcher.getExact()));
            case PREFIX -> value.startsWith(cased(matcher, matcher.getPrefix()));
            case SUFFIX -> value.endsWith(cased(matcher, matcher.getSuffix()));
            case SAFE_REGEX -> Pattern.matches(matcher.getSafeRegex().getRegex(), text);
            default -> throw new IllegalArgumentException(matcher.toString());
        };
    }

    private static String cased(StringMatcher matcher, String text) {
        return matcher.getIgnoreCase() ? text.toLowerCase(Locale.ROOT) : text;
    }

    private boolean fits(MetadataMatcher matcher) {
        Object value = metadata.get(matcher.getFilter());
        for (var segment : matcher.getPathList()) {
            value = value instanceof Map<?, ?> map ? map.get(segment.getKey()) : null;
        }
        return value != null && fits(matcher.getValue(), value);
    }

    private static boolean fits(ValueMatcher matcher, Object value) {
        return switch (matcher.getMatchPatternCase()) {
            case STRING_MATCH ->
                    value instanceof String text && fits(matcher.getStringMatch(), text);
            case LIST_MATCH ->
                    value instanceof List<?> list
                            && list.stream()
                                    .anyMatch(one ->
                                            fits(
                                                    matcher.getListMatch().getOneOf(),
                                                    Objects.requireNonNull(one)));
            case OR_MATCH ->
                    matcher.getOrMatch().getValueMatchersList().stream()
                            .anyMatch(one -> fits(one, value));
            default -> throw new IllegalArgumentException(matcher.toString());
        };
    }

    private boolean fitsTemplate(Permission rule) {
        try {
            String template =
                    rule.getUriTemplate()
                            .getTypedConfig()
                            .unpack(UriTemplateMatchConfig.class)
                            .getPathTemplate();
            String pattern =
                    Pattern.quote(template).replace("\\*\\*", "[^?#]*").replace("\\*", "[^/?#]+");
            return Pattern.matches(pattern, path);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static boolean within(CidrRange range, String address) {
        return Objects.requireNonNull(
                        Subnet.of(range.getAddressPrefix() + "/" + range.getPrefixLen().getValue()))
                .contains(InetAddresses.toAddrString(InetAddresses.forString(address)));
    }

    /** One that is being put together. */
    static final class Builder {
        private final Map<String, String> headers = new HashMap<>();
        private final Map<String, Map<String, Object>> metadata = new HashMap<>();
        private String path = "/";
        private int port = 80;
        private String destinationIp = "198.18.1.10";
        private String sni = "";
        private String principal = "";
        private String sourceIp = "198.18.1.11";
        private String remoteIp = "198.18.1.11";

        Builder() {
            headers.put(":authority", "httpbin");
            headers.put(":method", "GET");
        }

        Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Builder path(String value) {
            path = value;
            return this;
        }

        Builder port(int value) {
            port = value;
            return this;
        }

        Builder destinationIp(String value) {
            destinationIp = value;
            return this;
        }

        Builder sni(String value) {
            sni = value;
            return this;
        }

        /** Without scheme; empty: anonymous. */
        Builder principal(String value) {
            principal = value.isEmpty() ? "" : "spiffe://" + value;
            return this;
        }

        Builder sourceIp(String value) {
            sourceIp = value;
            return this;
        }

        Builder remoteIp(String value) {
            remoteIp = value;
            return this;
        }

        Builder metadata(String filter, String key, Object value) {
            metadata.computeIfAbsent(filter, f -> new HashMap<>()).put(key, value);
            return this;
        }

        /** A verified claim; the last of the path is its name. */
        @SuppressWarnings("unchecked")
        Builder claim(List<String> claimPath, @Nullable Object value) {
            Map<String, Object> at =
                    (Map<String, Object>)
                            metadata.computeIfAbsent(Matchers.CLAIMS, f -> new HashMap<>())
                                    .computeIfAbsent("payload", p -> new HashMap<>());
            for (String key : claimPath.subList(0, claimPath.size() - 1)) {
                if (!(at.get(key) instanceof Map)) {
                    at.put(key, new HashMap<String, Object>());
                }
                at = (Map<String, Object>) Objects.requireNonNull(at.get(key));
            }
            if (value != null) {
                at.put(claimPath.getLast(), value);
            }
            return this;
        }

        Caller build() {
            return new Caller(
                    Map.copyOf(headers),
                    path,
                    port,
                    destinationIp,
                    sni,
                    principal,
                    sourceIp,
                    remoteIp,
                    metadata);
        }
    }
}
