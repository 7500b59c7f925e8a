package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.token.Audiences;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtProvider.ClaimHeader;
import dev.fairlead.agent.model.token.JwtRequirement;
import dev.fairlead.agent.model.token.JwtRequirement.Tolerance;
import dev.fairlead.agent.model.token.TokenPlaces;
import dev.fairlead.agent.model.token.TokenPlaces.InHeader;
import dev.fairlead.agent.model.token.TokenPlaces.Issuers;
import dev.fairlead.agent.model.token.TokenPlaces.Named;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code extensions.filters.http.jwt_authn.v3.JwtAuthentication}. */
final class JwtAuthns {

    /** What access rules find the claims under. */
    private static final String PAYLOAD = "payload";

    private static final int CLOCK_SKEW_SECONDS = 60; // Envoy's, where nothing is said
    private static final int MAX_CLOCK_SKEW_SECONDS = 1 << 30;
    private static final int MAX_DEPTH = 32;

    private final Map<String, JwtProvider> providers = new TreeMap<>();

    private JwtAuthns() {}

    static JwtAuthn compile(JwtAuthentication config, Replies.Reply reply, At at) throws Refusal {
        JwtAuthns compiler = new JwtAuthns();
        for (var entry : config.getProvidersMap().entrySet()) {
            compiler.providers.put(
                    entry.getKey(),
                    provider(
                            entry.getKey(),
                            entry.getValue(),
                            reply.exactClock(),
                            at.field("providers[" + entry.getKey() + "]")));
        }
        List<JwtAuthn.Rule> rules = new ArrayList<>(config.getRulesCount());
        for (int i = 0; i < config.getRulesCount(); i++) {
            rules.add(compiler.rule(config.getRules(i), at.element("rules", i)));
        }
        Set<String> setByUs = new TreeSet<>();
        compiler.providers.values().forEach(each -> setByUs.addAll(each.places().setByUs()));
        return new JwtAuthn(
                rules,
                config.getBypassCorsPreflight(),
                reply.body(""),
                List.copyOf(setByUs));
    }

    private static JwtProvider provider(
            String name,
            io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider provider,
            boolean exactClock,
            At at)
            throws Refusal {
        if (!provider.hasLocalJwks()) {
            throw at.field("local_jwks").refuse("not set");
        }
        List<ClaimHeader> claimHeaders = new ArrayList<>();
        for (int i = 0; i < provider.getClaimToHeadersCount(); i++) {
            At claimAt = at.element("claim_to_headers", i);
            var claim = provider.getClaimToHeaders(i);
            claimHeaders.add(
                    new ClaimHeader(
                            HttpText.name(claim.getHeaderName(), claimAt.field("header_name")),
                            Values.notEmpty(claim.getClaimName(), claimAt.field("claim_name"))));
        }
        String payloadHeader = provider.getForwardPayloadHeader();
        if (!payloadHeader.isEmpty()) {
            payloadHeader = HttpText.name(payloadHeader, at.field("forward_payload_header"));
        }
        String metadata = provider.getPayloadInMetadata();
        if (!metadata.isEmpty() && !metadata.equals(PAYLOAD)) {
            throw at.field("payload_in_metadata")
                    .refuse("\"" + metadata + "\", not \"" + PAYLOAD + "\"");
        }
        return new JwtProvider(
                name,
                provider.getIssuer(),
                Audiences.of(provider.getAudiencesList()),
                JwtKeySets.compile(text(provider.getLocalJwks()), at.field("local_jwks")),
                places(provider, payloadHeader, claimHeaders, at),
                provider.getForward(),
                payloadHeader,
                provider.getPadForwardPayloadHeader(),
                claimHeaders,
                !metadata.isEmpty(),
                provider.getNormalizePayloadInMetadata().getSpaceDelimitedClaimsList(),
                exactClock ? 0 : skew(provider.getClockSkewSeconds(), at));
    }

    private static String text(DataSource source) {
        return source.hasInlineBytes()
                ? source.getInlineBytes().toStringUtf8()
                : source.getInlineString();
    }

    private static long skew(int seconds, At at) throws Refusal {
        if (seconds < 0 || seconds > MAX_CLOCK_SKEW_SECONDS) {
            throw at.field("clock_skew_seconds").refuse("more than " + MAX_CLOCK_SKEW_SECONDS);
        }
        return seconds == 0 ? CLOCK_SKEW_SECONDS : seconds;
    }

    private static TokenPlaces places(
            io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider provider,
            String payloadHeader,
            List<ClaimHeader> claimHeaders,
            At at)
            throws Refusal {
        String issuer = provider.getIssuer();
        Issuers issuers =
                new Issuers(issuer.isEmpty(), issuer.isEmpty() ? Set.of() : Set.of(issuer));
        List<InHeader> headers = new ArrayList<>();
        for (int i = 0; i < provider.getFromHeadersCount(); i++) {
            var header = provider.getFromHeaders(i);
            if (!HttpText.isName(header.getName())) {
                throw at.element("from_headers", i)
                        .field("name")
                        .refuse("\"" + header.getName() + "\" is no header's name");
            }
            headers.add(
                    new InHeader(
                            header.getName().toLowerCase(Locale.ROOT),
                            header.getValuePrefix(),
                            issuers));
        }
        List<Named> parameters = new ArrayList<>();
        provider.getFromParamsList().forEach(name -> parameters.add(new Named(name, issuers)));
        List<Named> cookies = new ArrayList<>();
        provider.getFromCookiesList().forEach(name -> cookies.add(new Named(name, issuers)));
        if (headers.isEmpty() && parameters.isEmpty() && cookies.isEmpty()) {
            headers.add(new InHeader("authorization", "Bearer ", issuers));
            parameters.add(new Named("access_token", issuers));
        }
        List<String> setByUs = new ArrayList<>();
        if (!payloadHeader.isEmpty()) {
            setByUs.add(payloadHeader);
        }
        claimHeaders.forEach(claim -> setByUs.add(claim.header()));
        return TokenPlaces.of(List.of(new TokenPlaces(headers, parameters, cookies, setByUs)));
    }

    private JwtAuthn.Rule rule(RequirementRule rule, At at) throws Refusal {
        At matchAt = at.field("match");
        At requiresAt = at.field("requires");
        if (rule.getMatch().getDynamicMetadataCount() > 0) {
            throw matchAt.field("dynamic_metadata").refuse("not for tokens");
        }
        return new JwtAuthn.Rule(
                RouteMatches.compile(rule.getMatch(), matchAt),
                rule.hasRequires() ? requirement(rule.getRequires(), requiresAt, 0) : null);
    }

    private JwtRequirement requirement(
            io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement requirement,
            At at,
            int depth)
            throws Refusal {
        if (depth > MAX_DEPTH) {
            throw at.refuse("nested deeper than " + MAX_DEPTH);
        }
        return switch (requirement.getRequiresTypeCase()) {
            case PROVIDER_NAME ->
                    new JwtRequirement.OfProvider(
                            named(requirement.getProviderName(), at.field("provider_name")), null);
            case PROVIDER_AND_AUDIENCES -> {
                var of = requirement.getProviderAndAudiences();
                At ofAt = at.field("provider_and_audiences");
                yield new JwtRequirement.OfProvider(
                        named(of.getProviderName(), ofAt.field("provider_name")),
                        of.getAudiencesCount() == 0 ? null : Audiences.of(of.getAudiencesList()));
            }
            case REQUIRES_ANY ->
                    anyOf(
                            requirement.getRequiresAny().getRequirementsList(),
                            at.field("requires_any"),
                            depth);
            case REQUIRES_ALL ->
                    new JwtRequirement.AllOf(
                            several(
                                    requirement.getRequiresAll().getRequirementsList(),
                                    at.field("requires_all"),
                                    depth));
            case ALLOW_MISSING -> anybody(false);
            case ALLOW_MISSING_OR_FAILED -> anybody(true);
            case REQUIRESTYPE_NOT_SET -> throw at.refuse("empty");
        };
    }

    private JwtRequirement anyOf(
            List<io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement> all,
            At at,
            int depth)
            throws Refusal {
        Tolerance tolerance = Tolerance.NONE;
        List<JwtRequirement> parts = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            switch (all.get(i).getRequiresTypeCase()) {
                case ALLOW_MISSING_OR_FAILED -> tolerance = Tolerance.MISSING_OR_FAILED;
                case ALLOW_MISSING -> {
                    if (tolerance == Tolerance.NONE) {
                        tolerance = Tolerance.MISSING;
                    }
                }
                default ->
                        parts.add(
                                requirement(all.get(i), at.element("requirements", i), depth + 1));
            }
        }
        requireTwo(all.size(), at);
        return parts.isEmpty()
                ? anybody(tolerance == Tolerance.MISSING_OR_FAILED)
                : new JwtRequirement.AnyOf(parts, tolerance);
    }

    private List<JwtRequirement> several(
            List<io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement> all,
            At at,
            int depth)
            throws Refusal {
        requireTwo(all.size(), at);
        List<JwtRequirement> parts = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            parts.add(requirement(all.get(i), at.element("requirements", i), depth + 1));
        }
        return parts;
    }

    private static void requireTwo(int count, At at) throws Refusal {
        if (count < 2) {
            throw at.field("requirements").refuse(count + ", at least 2");
        }
    }

    private JwtRequirement anybody(boolean failedToo) {
        List<JwtProvider> all = List.copyOf(providers.values());
        return new JwtRequirement.AllowMissing(
                all, TokenPlaces.of(all.stream().map(JwtProvider::places).toList()), failedToo);
    }

    private JwtProvider named(String name, At at) throws Refusal {
        JwtProvider provider = providers.get(name);
        if (provider == null) {
            throw at.refuse("\"" + name + "\" is no provider");
        }
        return provider;
    }
}
