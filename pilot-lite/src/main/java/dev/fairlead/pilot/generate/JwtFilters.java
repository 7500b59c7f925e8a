package dev.fairlead.pilot.generate;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.pilot.compile.Tokens;
import dev.fairlead.pilot.compile.Tokens.Issuer;
import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Origins;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Writes whose tokens requests bring, as Istio does: providers {@code origins-0} and so on, each of
 * which is asked for or may be missing, or any of which is asked for where several look at one
 * place.
 */
final class JwtFilters {

    static final String NAME = "envoy.filters.http.jwt_authn";

    /** What an old policy's filter is called, as in Istio of the time. */
    static final String OLD_NAME = "istio_authn";

    /** What it answers. */
    private static final String OLD_BODY = "Origin authentication failed.";

    /** What access rules find the claims under. */
    private static final String PAYLOAD = "payload";

    private static final List<String> SPACE_DELIMITED = List.of("permission", "scope"); // Istio's

    /** Of a key that nobody has: it was made, and its private half thrown away. */
    private static final String CLOSED =
            "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"none-fetched-yet\",\"e\":\"AQAB\",\"n\":\""
                    + "23dODAJXMvFJm_2FZ7geicFZHuQtP_cCQri3o192jE2a6_UosoCeEM5dzaZ_PF5rGaAeortg6ssF"
                    + "4VcboJZRoNmJqR5BzpZW5NU9HaeHqX7PeI9ECi31UWfeT5d1qAcOzpyyOyXjg8wH04v5aHHf6S6G"
                    + "aqotiAy3JR3s8XeE5W2L4h90AN4pl1AkUCNY6t1dPo-H3Rv6QyEnjaF1CH8pJiBvrYbJTEsB9KYb"
                    + "r1O63ZefQEI_FxvP95RAr_MhuejXXL6d7RSYF_pe2Khe-h5SQ9oBj5jtfBVoH_LCeCuKbUOCyH2p"
                    + "WIY9tyw_FAQMiOi-6fJX2T0cycELx7HEJNVrqw\"}]}";

    private static final JwtRequirement MISSING =
            JwtRequirement.newBuilder().setAllowMissing(Empty.getDefaultInstance()).build();
    private static final RouteMatch EVERYTHING = RouteMatch.newBuilder().setPrefix("/").build();

    /** A CONNECT has no path that a prefix could match, and pods take them. */
    private static final RouteMatch CONNECT =
            RouteMatch.newBuilder()
                    .setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance())
                    .build();

    /** Envoy's least skew: 0 stands for its usual minute. */
    private static final int LEAST_SKEW_SECONDS = 1;

    private final MeshSettings mesh;

    JwtFilters(MeshSettings mesh) {
        this.mesh = mesh;
    }

    List<HttpFilter> filters(Tokens tokens) {
        List<HttpFilter> filters = new ArrayList<>(2);
        if (!tokens.optional().isEmpty()) {
            filters.add(filter(NAME, optional(tokens.optional())));
        }
        Tokens.Origin origins = tokens.origins();
        if (origins != null) {
            filters.add(filter(OLD_NAME, origins(origins)));
        }
        return filters;
    }

    /** By filters' names, for agents. */
    void addReplies(Struct.Builder replies, Tokens tokens) {
        if (!mesh.modern() && !tokens.optional().isEmpty()) {
            replies.putFields(NAME, reply(Struct.newBuilder()));
        }
        if (tokens.origins() != null) {
            replies.putFields(
                    OLD_NAME,
                    reply(
                            Struct.newBuilder()
                                    .putFields(
                                            "body",
                                            Value.newBuilder().setStringValue(OLD_BODY).build())));
        }
    }

    /** In an old mesh a token ends when it says so. */
    private Value reply(Struct.Builder reply) {
        if (!mesh.modern()) {
            reply.putFields("exact_clock", Value.newBuilder().setBoolValue(true).build());
        }
        return Value.newBuilder().setStructValue(reply).build();
    }

    private static HttpFilter filter(String name, JwtAuthentication config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    private JwtAuthentication optional(List<Issuer> issuers) {
        JwtAuthentication.Builder filter = providers(issuers);
        List<JwtRequirement> each = new ArrayList<>(issuers.size());
        for (int i = 0; i < issuers.size(); i++) {
            each.add(any(List.of(provider(i), MISSING)));
        }
        JwtRequirement requires = each.getFirst();
        if (each.size() > 1) {
            List<JwtRequirement> either = new ArrayList<>(issuers.size() + 1);
            for (int i = 0; i < issuers.size(); i++) {
                either.add(provider(i));
            }
            either.add(
                    JwtRequirement.newBuilder()
                            .setRequiresAll(
                                    JwtRequirementAndList.newBuilder().addAllRequirements(each))
                            .build());
            requires = any(either);
        }
        return filter.addRules(rule(EVERYTHING, requires))
                .addRules(rule(CONNECT, requires))
                .build();
    }

    private JwtAuthentication origins(Tokens.Origin origins) {
        JwtAuthentication.Builder filter = providers(origins.issuers());
        Origins policy = origins.policy();
        JwtRequirement requires = one(policy, _ -> true);
        List<List<Origins.Trigger>> different =
                policy.origins().stream().map(Origins.Origin::triggers).distinct().toList();
        if (different.size() > 1) {
            return filter.addAllRules(together(policy, different))
                    .addRules(rule(CONNECT, requires))
                    .build();
        }
        List<Origins.Trigger> triggers = different.getFirst();
        List<String> excluded = triggers.stream().flatMap(t -> t.excluded().stream()).toList();
        if (!excluded.isEmpty()) {
            filter.addRules(RequirementRule.newBuilder().setMatch(paths(excluded)));
        }
        boolean some = triggers.stream().noneMatch(t -> t.included().isEmpty());
        List<String> included = triggers.stream().flatMap(t -> t.included().stream()).toList();
        return filter.addRules(
                        rule(some && !included.isEmpty() ? paths(included) : EVERYTHING, requires))
                .addRules(rule(CONNECT, requires))
                .build();
    }

    /** A token of one of these, or none where the policy needs none. */
    private static JwtRequirement one(Origins policy, Predicate<List<Origins.Trigger>> of) {
        List<JwtRequirement> either = new ArrayList<>();
        for (int i = 0; i < policy.origins().size(); i++) {
            if (of.test(policy.origins().get(i).triggers())) {
                either.add(provider(i));
            }
        }
        if (policy.optional()) {
            either.add(
                    JwtRequirement.newBuilder()
                            .setAllowMissingOrFailed(Empty.getDefaultInstance())
                            .build());
        }
        return either.size() == 1 ? either.getFirst() : any(either);
    }

    /**
     * A rule for each set of triggers that may fit one path, larger sets first: the first rule that
     * fits is that of all that fit.
     */
    private static List<RequirementRule> together(
            Origins policy, List<List<Origins.Trigger>> different) {
        List<Integer> sets = new ArrayList<>();
        for (int set = 1; set < 1 << different.size(); set++) {
            sets.add(set);
        }
        sets.sort(Comparator.<Integer>comparingInt(Integer::bitCount).reversed());
        List<RequirementRule> rules = new ArrayList<>();
        for (int set : sets) {
            RouteMatch.Builder match = EVERYTHING.toBuilder();
            boolean possible = true;
            for (int i = 0; i < different.size(); i++) {
                if ((set >> i & 1) == 1) {
                    addConditions(match, different.get(i));
                } else {
                    possible &= !different.get(i).isEmpty(); // that fits every path
                }
            }
            if (possible) {
                rules.add(
                        rule(
                                match.build(),
                                one(policy, of -> (set >> different.indexOf(of) & 1) == 1)));
            }
        }
        return rules;
    }

    private static void addConditions(RouteMatch.Builder match, List<Origins.Trigger> triggers) {
        boolean some = triggers.stream().noneMatch(t -> t.included().isEmpty());
        List<String> included = triggers.stream().flatMap(t -> t.included().stream()).toList();
        if (some && !included.isEmpty()) {
            match.addHeaders(path(included));
        }
        List<String> excluded = triggers.stream().flatMap(t -> t.excluded().stream()).toList();
        if (!excluded.isEmpty()) {
            match.addHeaders(path(excluded).setInvertMatch(true));
        }
    }

    /** A route has one place for a path, headers may be many; this one has a query behind it. */
    private static HeaderMatcher.Builder path(List<String> patterns) {
        String regex = "(?:" + String.join("|", patterns) + ")(?:\\?.*)?";
        return HeaderMatcher.newBuilder()
                .setName(":path")
                .setStringMatch(
                        StringMatcher.newBuilder()
                                .setSafeRegex(RegexMatcher.newBuilder().setRegex(regex)));
    }

    private static RouteMatch paths(List<String> patterns) {
        return RouteMatch.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setRegex(String.join("|", patterns)))
                .build();
    }

    private static RequirementRule rule(RouteMatch match, JwtRequirement requires) {
        return RequirementRule.newBuilder().setMatch(match).setRequires(requires).build();
    }

    private static JwtRequirement provider(int number) {
        return JwtRequirement.newBuilder().setProviderName(name(number)).build();
    }

    private static String name(int number) {
        return "origins-" + number;
    }

    private static JwtRequirement any(List<JwtRequirement> requirements) {
        return JwtRequirement.newBuilder()
                .setRequiresAny(JwtRequirementOrList.newBuilder().addAllRequirements(requirements))
                .build();
    }

    private JwtAuthentication.Builder providers(List<Issuer> issuers) {
        var filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
        for (int i = 0; i < issuers.size(); i++) {
            filter.putProviders(name(i), provider(issuers.get(i)));
        }
        return filter;
    }

    private JwtProvider provider(Issuer issuer) {
        JwtRule rule = issuer.rule();
        SortedSet<String> lists = new TreeSet<>(SPACE_DELIMITED);
        lists.addAll(rule.spaceDelimited());
        var provider =
                JwtProvider.newBuilder()
                        .setIssuer(rule.issuer())
                        .addAllAudiences(rule.audiences())
                        .setLocalJwks(
                                DataSource.newBuilder()
                                        .setInlineString(
                                                issuer.keySet().isEmpty()
                                                        ? CLOSED
                                                        : issuer.keySet()))
                        .setForward(rule.forward())
                        .addAllFromParams(rule.fromParams())
                        .addAllFromCookies(rule.fromCookies())
                        .setForwardPayloadHeader(rule.payloadHeader())
                        .setPayloadInMetadata(PAYLOAD)
                        .setNormalizePayloadInMetadata(
                                JwtProvider.NormalizePayload.newBuilder()
                                        .addAllSpaceDelimitedClaims(lists));
        for (JwtRule.FromHeader header : rule.fromHeaders()) {
            provider.addFromHeaders(
                    JwtHeader.newBuilder().setName(header.name()).setValuePrefix(header.prefix()));
        }
        for (JwtRule.ClaimHeader claim : rule.claimHeaders()) {
            provider.addClaimToHeaders(
                    JwtClaimToHeader.newBuilder()
                            .setHeaderName(claim.header())
                            .setClaimName(claim.claim()));
        }
        if (!mesh.modern()) {
            provider.setClockSkewSeconds(LEAST_SKEW_SECONDS);
        }
        return provider.build();
    }
}
