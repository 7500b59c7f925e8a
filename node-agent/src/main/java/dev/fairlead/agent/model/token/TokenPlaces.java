package dev.fairlead.agent.model.token;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a request may have tokens, in the order in which they are found. Source: Envoy, jwt_authn
 * extractor.
 *
 * @param setByUs headers that only we set: what a caller says there is removed
 */
public record TokenPlaces(
        List<InHeader> headers, List<Named> parameters, List<Named> cookies, List<String> setByUs) {

    public TokenPlaces {
        headers = List.copyOf(headers);
        parameters = List.copyOf(parameters);
        cookies = List.copyOf(cookies);
        setByUs = List.copyOf(setByUs);
    }

    /**
     * @param prefix before the token; empty: all of the value is one
     */
    public record InHeader(String name, String prefix, Issuers issuers) {}

    /** In a query parameter, or in a cookie. */
    public record Named(String name, Issuers issuers) {}

    /** Whose tokens may be at a place. */
    public record Issuers(boolean any, Set<String> named) {
        public Issuers {
            named = Set.copyOf(named);
        }

        public boolean allow(String issuer) {
            return any || named.contains(issuer);
        }

        private Issuers with(Issuers other) {
            Set<String> both = new HashSet<>(named);
            both.addAll(other.named);
            return new Issuers(any || other.any, both);
        }
    }

    /** Where several providers look. */
    public static TokenPlaces of(List<TokenPlaces> all) {
        Map<String, InHeader> headers = new TreeMap<>();
        Map<String, Named> parameters = new TreeMap<>();
        Map<String, Named> cookies = new TreeMap<>();
        List<String> setByUs = new ArrayList<>();
        for (TokenPlaces each : all) {
            for (InHeader header : each.headers) {
                headers.merge(
                        header.name + header.prefix,
                        header,
                        (one, other) ->
                                new InHeader(
                                        one.name, one.prefix, one.issuers.with(other.issuers)));
            }
            merge(parameters, each.parameters);
            merge(cookies, each.cookies);
            setByUs.addAll(each.setByUs);
        }
        return new TokenPlaces(
                List.copyOf(headers.values()),
                List.copyOf(parameters.values()),
                List.copyOf(cookies.values()),
                setByUs);
    }

    private static void merge(Map<String, Named> all, List<Named> more) {
        for (Named place : more) {
            all.merge(
                    place.name,
                    place,
                    (one, other) -> new Named(one.name, one.issuers.with(other.issuers)));
        }
    }
}
