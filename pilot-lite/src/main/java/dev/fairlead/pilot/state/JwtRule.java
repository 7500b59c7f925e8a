package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;

/**
 * Whose tokens pods take, where they look for them, and what becomes of them.
 *
 * @param issuer empty: any whose keys these are
 * @param audiences empty: any
 * @param forward whether the application sees the token
 * @param payloadHeader that gets the claims; empty: none
 * @param claimHeaders that get single ones
 * @param spaceDelimited claims that are lists
 */
public record JwtRule(
        String issuer,
        List<String> audiences,
        Keys keys,
        List<FromHeader> fromHeaders,
        List<String> fromParams,
        List<String> fromCookies,
        boolean forward,
        String payloadHeader,
        List<ClaimHeader> claimHeaders,
        List<String> spaceDelimited) {

    public JwtRule {
        audiences = List.copyOf(audiences);
        fromHeaders = List.copyOf(fromHeaders);
        fromParams = List.copyOf(fromParams);
        fromCookies = List.copyOf(fromCookies);
        claimHeaders = List.copyOf(claimHeaders);
        spaceDelimited = List.copyOf(spaceDelimited);
    }

    /**
     * @param prefix before the token
     */
    public record FromHeader(String name, String prefix) {}

    public record ClaimHeader(String header, String claim) {}

    /** Where an issuer's keys are. */
    public sealed interface Keys {

        /** Here: a key set. */
        record Inline(String keySet) implements Keys {}

        /**
         * To be fetched.
         *
         * @param discovered whether there it is only said where they are, as OpenID Connect does
         * @param timeout of one try
         */
        record Remote(String address, boolean discovered, Duration timeout) implements Keys {}
    }
}
