package dev.fairlead.agent.model.token;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * For whom tokens may be. {@code https://a/} and {@code a} are the same. Source: Envoy,
 * CheckAudience.
 *
 * @param named empty: for anybody
 */
public record Audiences(Set<String> named) {

    public Audiences {
        named = Set.copyOf(named);
    }

    /** As they are written. */
    public static Audiences of(List<String> written) {
        return new Audiences(written.stream().map(Audiences::plain).collect(Collectors.toSet()));
    }

    public boolean allow(List<String> ofToken) {
        if (named.isEmpty()) {
            return true;
        }
        for (int i = 0; i < ofToken.size(); i++) {
            if (named.contains(plain(ofToken.get(i)))) {
                return true;
            }
        }
        return false;
    }

    private static String plain(String audience) {
        int from = audience.startsWith("http://") ? 7 : audience.startsWith("https://") ? 8 : 0;
        int end = audience.length() - (audience.endsWith("/") ? 1 : 0);
        return end <= from ? "" : audience.substring(from, end);
    }
}
