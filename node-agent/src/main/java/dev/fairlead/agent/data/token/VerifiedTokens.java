package dev.fairlead.agent.data.token;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one provider whose signatures one pod has verified, the last used ones. That a token is
 * here says nothing of its time or audience.
 *
 * <p>Source: Envoy, jwt_authn JwtCache (its size and longest token). Owner: the pod's loop.
 */
final class VerifiedTokens {

    static final int MAX_TOKENS = 100;
    static final int MAX_LENGTH = 4096;

    /**
     * @param claims as access rules see them; null: they do not
     */
    record Verified(Jwt token, @Nullable Map<String, Object> claims) {}

    private final Map<String, Verified> byText = new LinkedHashMap<>(16, 0.75f, true);

    @Nullable Verified get(String token) {
        return byText.get(token);
    }

    void put(String token, Verified verified) {
        if (token.length() > MAX_LENGTH) {
            return;
        }
        byText.put(token, verified);
        if (byText.size() > MAX_TOKENS) {
            Iterator<String> eldest = byText.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** Its time is over. */
    void remove(String token) {
        byText.remove(token);
    }

    int size() {
        return byText.size();
    }
}
