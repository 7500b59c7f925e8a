package dev.fairlead.pilot.generate;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes values as authorization compares with them: {@code *} may stand at one end. */
final class Matchers {

    /** Where verified claims are found. */
    static final String CLAIMS = "envoy.filters.http.jwt_authn";

    private static final String SOMETHING = ".+";
    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    private Matchers() {}

    static StringMatcher string(String value) {
        return string(value, false);
    }

    static StringMatcher string(String value, boolean ignoreCase) {
        if (value.equals("*")) {
            return regex(SOMETHING);
        }
        var matcher = StringMatcher.newBuilder().setIgnoreCase(ignoreCase);
        if (value.startsWith("*")) {
            return matcher.setSuffix(value.substring(1)).build();
        }
        return value.endsWith("*")
                ? matcher.setPrefix(value.substring(0, value.length() - 1)).build()
                : matcher.setExact(value).build();
    }

    static StringMatcher regex(String regex) {
        return StringMatcher.newBuilder().setSafeRegex(Protos.regex(regex)).build();
    }

    /** Of a header's value; {@code *}: there is one. */
    static HeaderMatcher header(String name, String value, boolean ignoreCase) {
        var matcher = HeaderMatcher.newBuilder().setName(name);
        return value.equals("*")
                ? matcher.setPresentMatch(true).build()
                : matcher.setStringMatch(string(value, ignoreCase)).build();
    }

    /** Of a SPIFFE ID, the value without its scheme. */
    static StringMatcher principal(String value) {
        if (value.equals("*")) {
            return regex(SOMETHING);
        }
        if (value.startsWith("*")) {
            return regex(Principals.SPIFFE + ".*" + quote(value.substring(1)));
        }
        return string(Principals.SPIFFE + value);
    }

    /** Of a SPIFFE ID, by its namespace. */
    static StringMatcher namespace(String value) {
        String pattern =
                Stream.of(value.split("\\*", -1))
                        .map(Matchers::quote)
                        .collect(Collectors.joining(".*"));
        return regex(".*/ns/" + pattern + "/.*");
    }

    /** Of a SPIFFE ID, by {@code namespace/account}; there may be more parts between and behind. */
    static StringMatcher account(String value) {
        int slash = value.indexOf('/');
        return regex(
                Principals.SPIFFE
                        + ".+/ns/"
                        + quote(value.substring(0, slash))
                        + "/(.+/|)sa/"
                        + quote(value.substring(slash + 1))
                        + "(/.+)?");
    }

    /** Of a SPIFFE ID, by its trust domain. */
    static StringMatcher trustDomain(String value) {
        if (value.equals("*")) {
            return string(Principals.SPIFFE + "*");
        }
        int star = value.indexOf('*');
        return star < 0
                ? string(Principals.SPIFFE + value + "/*")
                : regex(
                        Principals.SPIFFE
                                + quote(value.substring(0, star))
                                + "[^/]*"
                                + quote(value.substring(star + 1))
                                + "/.*");
    }

    static CidrRange range(String value) {
        return Filters.cidr(
                Objects.requireNonNull(dev.fairlead.pilot.state.Subnet.of(value)).toString());
    }

    /** A claim that is a text. */
    static MetadataMatcher claim(List<String> path, StringMatcher value) {
        return metadata(CLAIMS, claimPath(path), text(value));
    }

    /** A claim that is a list with such a text in it. */
    static MetadataMatcher listedClaim(List<String> path, StringMatcher value) {
        return metadata(CLAIMS, claimPath(path), listed(value));
    }

    private static List<String> claimPath(List<String> path) {
        return Stream.concat(Stream.of("payload"), path.stream()).toList();
    }

    static ValueMatcher text(StringMatcher value) {
        return ValueMatcher.newBuilder().setStringMatch(value).build();
    }

    static ValueMatcher listed(StringMatcher value) {
        return ValueMatcher.newBuilder()
                .setListMatch(ListMatcher.newBuilder().setOneOf(text(value)))
                .build();
    }

    static MetadataMatcher metadata(String filter, List<String> path, ValueMatcher value) {
        var matcher = MetadataMatcher.newBuilder().setFilter(filter).setValue(value);
        for (String key : path) {
            matcher.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key));
        }
        return matcher.build();
    }

    @SuppressWarnings("deprecation") // Istio writes it, and every Envoy takes it
    static Permission permission(MetadataMatcher matcher) {
        return Permission.newBuilder().setMetadata(matcher).build();
    }

    @SuppressWarnings("deprecation") // as above
    static Principal principal(MetadataMatcher matcher) {
        return Principal.newBuilder().setMetadata(matcher).build();
    }

    /** A text as a regular expression that takes it alone. */
    private static String quote(String text) {
        var quoted = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (SPECIAL.indexOf(text.charAt(i)) >= 0) {
                quoted.append('\\');
            }
            quoted.append(text.charAt(i));
        }
        return quoted.toString();
    }
}
