package dev.fairlead.agent.data.token;

import dev.fairlead.agent.model.token.TokenPlaces;
import dev.fairlead.agent.model.token.TokenPlaces.InHeader;
import dev.fairlead.agent.model.token.TokenPlaces.Named;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds tokens in a request, and takes them out. Source: Envoy, jwt_authn extractor. */
final class TokenSearch {

    /** Of several lines Envoy makes one, in which there is no token. */
    private static final String ONE_LINE = "authorization";

    private TokenSearch() {}

    /** In Envoy's order: headers, parameters, cookies. */
    static List<FoundToken> find(HttpRequest request, TokenPlaces places) {
        List<FoundToken> found = new ArrayList<>(2);
        HttpHeaders headers = request.headers();
        for (int i = 0; i < places.headers().size(); i++) {
            InHeader place = places.headers().get(i);
            List<String> values = headers.getAll(place.name());
            if (values.size() > 1 && place.name().equals(ONE_LINE)) {
                values = List.of(String.join(",", values));
            }
            for (int j = 0; j < values.size(); j++) {
                String token = afterPrefix(values.get(j), place.prefix());
                if (token != null) {
                    found.add(
                            new FoundToken(
                                    token, place.issuers(), FoundToken.Place.HEADER, place.name()));
                }
            }
        }
        for (int i = 0; i < places.parameters().size(); i++) {
            Named place = places.parameters().get(i);
            String token = Query.first(request.uri(), place.name());
            if (token != null) {
                found.add(
                        new FoundToken(
                                token, place.issuers(), FoundToken.Place.PARAMETER, place.name()));
            }
        }
        for (int i = 0; i < places.cookies().size(); i++) {
            Named place = places.cookies().get(i);
            String token = cookie(headers, place.name());
            if (token != null) {
                found.add(
                        new FoundToken(
                                token, place.issuers(), FoundToken.Place.COOKIE, place.name()));
            }
        }
        return found;
    }

    /** Null: there is no such prefix. What a token has nowhere is skipped behind it. */
    private static @Nullable String afterPrefix(String value, String prefix) {
        if (prefix.isEmpty()) {
            return value;
        }
        int at = value.indexOf(prefix);
        if (at < 0) {
            return null;
        }
        for (int i = at + prefix.length(); i < value.length(); i++) {
            if (mayBegin(value.charAt(i))) {
                return value.substring(i);
            }
        }
        return value;
    }

    private static boolean mayBegin(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '.';
    }

    /** The first one of that name. */
    private static @Nullable String cookie(HttpHeaders headers, String name) {
        List<String> values = headers.getAll(HttpHeaderNames.COOKIE);
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            for (int at = 0; at < value.length(); ) {
                int end = value.indexOf(';', at);
                end = end < 0 ? value.length() : end;
                String pair = value.substring(at, end).strip();
                if (pair.startsWith(name)
                        && pair.length() > name.length()
                        && pair.charAt(name.length()) == '=') {
                    return unquoted(pair.substring(name.length() + 1));
                }
                at = end + 1;
            }
        }
        return null;
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** The application does not see it. It stays in a cookie, as in Envoy. */
    static void remove(HttpRequest request, FoundToken found) {
        switch (found.place()) {
            case HEADER -> request.headers().remove(found.name());
            case PARAMETER -> request.setUri(Query.without(request.uri(), found.name()));
            case COOKIE -> {}
        }
    }
}
