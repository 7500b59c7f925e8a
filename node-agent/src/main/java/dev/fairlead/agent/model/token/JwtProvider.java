package dev.fairlead.agent.model.token;

import java.util.List;

/**
 * Who issues tokens, and what becomes of a good one. Source: Envoy, jwt_authn.v3.JwtProvider.
 *
 * @param issuer empty: any
 * @param keys empty: no token holds
 * @param places where its tokens are looked for
 * @param forward whether the application sees the token
 * @param payloadHeader that the application gets the claims in, as they were sent; empty: none
 * @param padPayload whether they are padded there
 * @param claimHeaders that the application gets single claims in
 * @param keepsPayload whether access rules may ask for claims
 * @param spaceDelimited claims that access rules see as lists
 * @param clockSkewSeconds how far our clock and the issuer's may be apart
 */
public record JwtProvider(
        String name,
        String issuer,
        Audiences audiences,
        List<JwtKey> keys,
        TokenPlaces places,
        boolean forward,
        String payloadHeader,
        boolean padPayload,
        List<ClaimHeader> claimHeaders,
        boolean keepsPayload,
        List<String> spaceDelimited,
        long clockSkewSeconds) {

    public JwtProvider {
        keys = List.copyOf(keys);
        claimHeaders = List.copyOf(claimHeaders);
        spaceDelimited = List.copyOf(spaceDelimited);
    }

    /**
     * @param claim {@code a.b}: of claim a that is an object
     */
    public record ClaimHeader(String header, String claim) {}
}
