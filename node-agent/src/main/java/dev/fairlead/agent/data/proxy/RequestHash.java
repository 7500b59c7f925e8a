package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.balance.XxHash64;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.model.route.HashPolicy;
import dev.fairlead.agent.model.route.QueryParameters;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What of a request decides its endpoint, as one number. Policies that the request has nothing for
 * say nothing; of a request that none has anything for any endpoint will do.
 *
 * <p>Source: Envoy, RouteAction.hash_policy.
 */
final class RequestHash {

    private RequestHash() {}

    /**
     * Puts the hash into {@code picks}.
     *
     * @return value of a {@code set-cookie} header that the client is to get; null: none
     */
    static @Nullable String into(
            PickContext picks,
            List<HashPolicy> policies,
            HttpRequest head,
            InetSocketAddress client,
            RandomGenerator random) {
        boolean any = false;
        long hash = 0;
        String made = null;
        for (int i = 0; i < policies.size(); i++) {
            String text;
            switch (policies.get(i)) {
                case HashPolicy.Header(String name) -> {
                    List<String> lines = head.headers().getAll(name);
                    if (lines.size() > 1) {
                        hash = (any ? Long.rotateLeft(hash, 1) : 0) ^ ofLines(lines);
                        any = true;
                        continue;
                    }
                    text = lines.isEmpty() ? null : lines.getFirst();
                }
                case HashPolicy.QueryParameter(String name) ->
                        text = QueryParameters.first(head.uri(), name);
                case HashPolicy.SourceAddress() -> text = client.getAddress().getHostAddress();
                case HashPolicy.Cookie cookie -> {
                    text = cookie(head, cookie.name());
                    text = text == null || text.isEmpty() ? null : text; // empty is none
                    if (text == null && cookie.ttl() != null && made == null) {
                        text = Long.toHexString(random.nextLong());
                        made = setCookie(cookie, text);
                    }
                }
            }
            if (text != null) {
                hash = (any ? Long.rotateLeft(hash, 1) : 0) ^ XxHash64.of(text);
                any = true;
            }
        }
        if (any) {
            picks.hash(hash);
        }
        return made;
    }

    /** Of several lines of one header, whatever their order. */
    private static long ofLines(List<String> lines) {
        List<String> sorted = new ArrayList<>(lines);
        sorted.sort(null);
        long hash = 0;
        for (String line : sorted) {
            hash = XxHash64.of(line, hash);
        }
        return hash;
    }

    /** The first cookie of that name; null: none. */
    static @Nullable String cookie(HttpRequest head, String name) {
        for (String line : head.headers().getAll(HttpHeaderNames.COOKIE)) {
            int at = 0;
            while (at < line.length()) {
                int end = line.indexOf(';', at);
                end = end < 0 ? line.length() : end;
                String pair = line.substring(at, end).strip();
                int equals = pair.indexOf('=');
                if (equals == name.length() && pair.startsWith(name)) {
                    String value = pair.substring(equals + 1);
                    boolean quoted =
                            value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                    return quoted ? value.substring(1, value.length() - 1) : value;
                }
                at = end + 1;
            }
        }
        return null;
    }

    private static String setCookie(HashPolicy.Cookie cookie, String value) {
        var text = new StringBuilder(cookie.name()).append("=\"").append(value).append('"');
        if (cookie.ttl() != null && !cookie.ttl().isZero()) {
            text.append("; Max-Age=").append(cookie.ttl().toSeconds());
        }
        if (!cookie.path().isEmpty()) {
            text.append("; Path=").append(cookie.path());
        }
        cookie.attributes()
                .forEach((name, of) -> {
                    text.append("; ").append(name);
                    if (!of.isEmpty()) {
                        text.append('=').append(of);
                    }
                });
        return text.append("; HttpOnly").toString();
    }
}
