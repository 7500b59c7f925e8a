package dev.fairlead.agent.data.token;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.token.VerifiedTokens.Verified;
import dev.fairlead.agent.model.token.Audiences;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtProvider.ClaimHeader;
import dev.fairlead.agent.model.token.JwtRequirement;
import dev.fairlead.agent.model.token.JwtRequirement.Tolerance;
import dev.fairlead.agent.model.token.TokenPlaces;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether one request brings what it must, and what of it goes on: tokens are taken out, claims put
 * in, while it is looked at.
 *
 * <p>A request with several tokens of one requirement needs all of them to hold: otherwise the
 * application might take the bad one for the one that was verified. Source: Envoy, jwt_authn
 * authenticator and verifier. Thread: the pod's loop.
 */
public final class Authentication {

    private final HttpRequest request;
    private final PodTokens tokens;
    private final Counters<HttpStat> counters;
    private @Nullable Map<String, Object> claims;

    /**
     * @param counters of the listener's filter
     */
    public Authentication(HttpRequest request, PodTokens tokens, Counters<HttpStat> counters) {
        this.request = request;
        this.tokens = tokens;
        this.counters = counters;
    }

    /** What access rules may ask for; null: nothing. */
    public @Nullable Map<String, Object> claims() {
        return claims;
    }

    public JwtStatus of(JwtRequirement requirement) {
        return switch (requirement) {
            case JwtRequirement.OfProvider(JwtProvider provider, @Nullable Audiences audiences) ->
                    ofProvider(provider, audiences == null ? provider.audiences() : audiences);
            case JwtRequirement.AnyOf(List<JwtRequirement> parts, Tolerance tolerance) ->
                    anyOf(parts, tolerance);
            case JwtRequirement.AllOf(List<JwtRequirement> parts) -> allOf(parts);
            case JwtRequirement.AllowMissing allowed -> ofAnybody(allowed);
        };
    }

    private JwtStatus allOf(List<JwtRequirement> parts) {
        for (int i = 0; i < parts.size(); i++) {
            JwtStatus status = of(parts.get(i));
            if (status != JwtStatus.OK) {
                return status;
            }
        }
        return JwtStatus.OK;
    }

    private JwtStatus anyOf(List<JwtRequirement> parts, Tolerance tolerance) {
        JwtStatus all = JwtStatus.MISSING;
        for (int i = 0; i < parts.size(); i++) {
            JwtStatus status = of(parts.get(i));
            if (status == JwtStatus.OK) {
                return status;
            }
            boolean says = status != JwtStatus.MISSING && status != JwtStatus.UNKNOWN_ISSUER;
            if (says || all == JwtStatus.MISSING) {
                all = status;
            }
        }
        return switch (tolerance) {
            case NONE -> all;
            case MISSING -> all == JwtStatus.MISSING ? JwtStatus.OK : all;
            case MISSING_OR_FAILED -> JwtStatus.OK;
        };
    }

    private JwtStatus ofProvider(JwtProvider provider, Audiences audiences) {
        List<FoundToken> found = find(provider.places());
        if (found.isEmpty()) {
            return JwtStatus.MISSING;
        }
        VerifiedTokens verified = tokens.of(provider);
        for (int i = found.size() - 1; i >= 0; i--) { // from the last one on, as Envoy
            JwtStatus status = one(found.get(i), provider, audiences, verified);
            if (status != JwtStatus.OK) {
                return status;
            }
        }
        return JwtStatus.OK;
    }

    private List<FoundToken> find(TokenPlaces places) {
        HttpHeaders headers = request.headers();
        for (int i = 0; i < places.setByUs().size(); i++) {
            headers.remove(places.setByUs().get(i));
        }
        return TokenSearch.find(request, places);
    }

    private JwtStatus one(
            FoundToken found, JwtProvider provider, Audiences audiences, VerifiedTokens known) {
        Verified before = known.get(found.text());
        if (before != null) {
            counters.inc(HttpStat.JWT_AUTHN_CACHE_HIT);
            JwtStatus status = check(before.token(), found, provider, audiences);
            if (status == JwtStatus.OK) {
                accept(before, found, provider);
            } else if (status == JwtStatus.EXPIRED) {
                known.remove(found.text());
            }
            return status;
        }
        counters.inc(HttpStat.JWT_AUTHN_CACHE_MISS);
        return switch (JwtParser.parse(found.text())) {
            case JwtParser.Malformed(JwtStatus status) -> status;
            case Jwt token -> {
                JwtStatus status = check(token, found, provider, audiences);
                yield status == JwtStatus.OK ? verify(token, found, provider, known) : status;
            }
        };
    }

    /** All but its signature. */
    private JwtStatus check(
            Jwt token, FoundToken found, JwtProvider provider, Audiences audiences) {
        if (!found.issuers().allow(token.issuer())) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        JwtStatus time = token.at(tokens.epochSeconds(), provider.clockSkewSeconds());
        if (time != JwtStatus.OK) {
            return time;
        }
        return audiences.allow(token.audiences()) ? JwtStatus.OK : JwtStatus.AUDIENCE_NOT_ALLOWED;
    }

    private JwtStatus verify(
            Jwt token, FoundToken found, JwtProvider provider, @Nullable VerifiedTokens known) {
        JwtStatus status = Signatures.verify(token, provider.keys());
        if (status == JwtStatus.OK) {
            Verified verified =
                    new Verified(
                            token,
                            provider.keepsPayload()
                                    ? Claims.normalized(token.payload(), provider.spaceDelimited())
                                    : null);
            if (known != null) {
                known.put(found.text(), verified);
            }
            accept(verified, found, provider);
        }
        return status;
    }

    /** Tokens of any provider, none of which need be there. The last word is the first token's. */
    private JwtStatus ofAnybody(JwtRequirement.AllowMissing allowed) {
        List<FoundToken> found = find(allowed.places());
        JwtStatus status = JwtStatus.OK;
        for (int i = found.size() - 1; i >= 0; i--) {
            status = ofAnybody(found.get(i), allowed.providers());
        }
        return allowed.failedToo() ? JwtStatus.OK : status;
    }

    private JwtStatus ofAnybody(FoundToken found, List<JwtProvider> providers) {
        return switch (JwtParser.parse(found.text())) {
            case JwtParser.Malformed(JwtStatus status) -> status;
            case Jwt token -> {
                JwtProvider provider = issuer(token.issuer(), providers);
                if (provider == null) {
                    yield JwtStatus.UNKNOWN_ISSUER;
                }
                JwtStatus status = check(token, found, provider, provider.audiences());
                yield status == JwtStatus.OK ? verify(token, found, provider, null) : status;
            }
        };
    }

    private static @Nullable JwtProvider issuer(String issuer, List<JwtProvider> providers) {
        JwtProvider ofAny = null;
        for (int i = 0; i < providers.size(); i++) {
            JwtProvider provider = providers.get(i);
            if (provider.issuer().isEmpty()) {
                ofAny = ofAny == null ? provider : ofAny;
            } else if (provider.issuer().equals(issuer)) {
                return provider;
            }
        }
        return ofAny;
    }

    private void accept(Verified verified, FoundToken found, JwtProvider provider) {
        HttpHeaders headers = request.headers();
        Jwt token = verified.token();
        if (!provider.payloadHeader().isEmpty()) {
            headers.add(provider.payloadHeader(), payload(token, provider.padPayload()));
        }
        for (int i = 0; i < provider.claimHeaders().size(); i++) {
            ClaimHeader claim = provider.claimHeaders().get(i);
            String value = Claims.inHeader(token.payload(), claim.claim());
            if (!value.isEmpty()) {
                headers.add(claim.header(), value);
            }
        }
        if (!provider.forward()) {
            TokenSearch.remove(request, found);
        }
        if (verified.claims() != null) {
            claims = verified.claims();
        }
    }

    private static String payload(Jwt token, boolean pad) {
        String text = token.payloadText();
        int missing = pad ? -text.length() & 3 : 0;
        return missing == 0 ? text : text + "=".repeat(missing);
    }
}
