package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpRoute.DirectResponse;
import dev.fairlead.pilot.state.HttpRoute.Redirect;
import dev.fairlead.pilot.state.StringMatch;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Reads {@code redirect} and {@code directResponse} of an HTTP route. */
final class AnswersReader {

    /** Of the codes of redirection those that are one, as in Envoy. */
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private static final int MAX_BODY = 1024 * 1024;
    private static final int LEAST_STATUS = 200;
    private static final int MAX_STATUS = 599;

    private enum PortSource {
        FROM_PROTOCOL_DEFAULT,
        FROM_REQUEST_PORT
    }

    private AnswersReader() {}

    static Redirect redirect(Fields redirect, List<HttpMatch> matches) {
        String uri = redirect.string("uri");
        String prefix = redirect.string("prefixRewrite");
        String authority = redirect.string("authority");
        String scheme = redirect.string("scheme");
        PortSource source = redirect.choice("derivePort", PortSource.values());
        int port = redirect.integer("port", 1, DestinationsReader.MAX_PORT, 0);
        int code = redirect.integer("redirectCode", 300, 399, 301);
        if (!uri.isEmpty() && !prefix.isEmpty()) {
            redirect.problem("prefixRewrite", "cannot stand beside uri");
        }
        if (!prefix.isEmpty() && matches.stream().anyMatch(AnswersReader::hasNoPrefix)) {
            redirect.problem("prefixRewrite", "needs matches whose uri, if any, is a prefix");
        }
        if (redirect.has("port") && redirect.has("derivePort")) {
            redirect.problem("derivePort", "cannot stand beside port");
        }
        if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
            redirect.problem("scheme", "must be http or https");
        }
        if (uri.isEmpty()
                && prefix.isEmpty()
                && authority.isEmpty()
                && scheme.isEmpty()
                && source == null
                && port == 0) {
            redirect.wrong("says nothing: uri, authority, scheme or port is needed");
        }
        if (!REDIRECTS.contains(code)) {
            redirect.problem("redirectCode", code + " is none of 301, 302, 303, 307, 308");
        }
        inLocation(redirect, "uri", uri);
        inLocation(redirect, "prefixRewrite", prefix);
        inLocation(redirect, "authority", authority);
        return new Redirect(
                uri, prefix, authority, scheme, port, source == PortSource.FROM_REQUEST_PORT, code);
    }

    private static void inLocation(Fields redirect, String name, String value) {
        if (!HeaderValues.isPlain(value)) {
            redirect.problem(name, "cannot stand in a Location");
        }
    }

    private static boolean hasNoPrefix(HttpMatch match) {
        return match.uri() != null && !(match.uri() instanceof StringMatch.Prefix);
    }

    static DirectResponse directResponse(Fields response) {
        if (!response.has("status")) {
            response.problem("status", "is needed");
        }
        int status = response.integer("status", LEAST_STATUS, MAX_STATUS, LEAST_STATUS);
        DirectResponse read = response.object("body", body -> body(body, status));
        return read != null ? read : new DirectResponse(status, "", "");
    }

    private static DirectResponse body(Fields body, int status) {
        String text = body.string("string");
        String base64 = body.string("bytes");
        if (body.has("string") && body.has("bytes")) {
            body.problem("bytes", "cannot stand beside string");
        }
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        try {
            size = Math.max(size, Base64.getDecoder().decode(base64).length);
        } catch (IllegalArgumentException e) {
            body.problem("bytes", "is not base64");
            base64 = "";
        }
        if (size > MAX_BODY) {
            body.wrong("is longer than 1 MiB");
        }
        return new DirectResponse(status, text, base64);
    }
}
