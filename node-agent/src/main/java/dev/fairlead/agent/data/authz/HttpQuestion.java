package dev.fairlead.agent.data.authz;

import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.request.TextTest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A question that looks like the request that it is about: method, path, host and authorization,
 * the headers that are allowed, and what is to be seen of the body. 200 is yes, 5xx is no answer,
 * all else is the client's.
 *
 * <p>Source: Envoy, ext_authz, HttpService.
 */
public final class HttpQuestion implements Question {

    private static final String REMOVE = "x-envoy-auth-headers-to-remove";

    private static final byte[] NOTHING = {};

    /** Of a refusal, where headers are picked. */
    private static final Set<String> ALWAYS_TOLD = Set.of("location", "www-authenticate");

    private final ExternalAuthorization.Http service;
    private final HttpRequest about;
    private final @Nullable CheckedBody body;
    private final byte[] content;

    /**
     * @param body null: the authorizer sees nothing of it, or there is none
     */
    public HttpQuestion(
            ExternalAuthorization.Http service, HttpRequest about, @Nullable CheckedBody body) {
        this.service = service;
        this.about = about;
        this.body = body;
        this.content = body == null ? NOTHING : body.sent();
    }

    @Override
    public HttpRequest head() {
        HttpRequest head =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, about.method(), service.pathPrefix() + about.uri());
        HttpHeaders headers = head.headers();
        for (Map.Entry<String, String> each : about.headers()) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("host")
                    || name.equals("authorization")
                    || HeaderRules.mayBeSet(name) && HeaderRules.any(service.headers(), name)) {
                headers.add(name, each.getValue());
            }
        }
        service.more().forEach(headers::set);
        if (body != null) {
            headers.set(CheckedBody.PARTIAL, Boolean.toString(body.partial()));
        }
        headers.set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        return head;
    }

    @Override
    public LastHttpContent body() {
        return content.length == 0
                ? LastHttpContent.EMPTY_LAST_CONTENT
                : new DefaultLastHttpContent(Unpooled.wrappedBuffer(content));
    }

    @Override
    public boolean http2() {
        return false;
    }

    @Override
    public Verdict read(int status, HttpHeaders headers, byte[] answer, HttpHeaders trailers) {
        if (status >= 500) {
            return new Verdict.Failed();
        }
        if (status != 200) {
            return new Verdict.Refused(
                    status, refusal(headers), new String(answer, StandardCharsets.UTF_8));
        }
        List<String> remove = new ArrayList<>();
        for (String line : headers.getAll(REMOVE)) {
            for (String name : line.split(",", -1)) {
                if (HeaderRules.mayBeSet(name.strip())) {
                    remove.add(name.strip());
                }
            }
        }
        return new Verdict.Allowed(
                picked(headers, service.toUpstream()),
                List.of(),
                remove,
                picked(headers, service.toClientOnSuccess()));
    }

    private List<Map.Entry<String, String>> refusal(HttpHeaders headers) {
        List<Map.Entry<String, String>> told = new ArrayList<>();
        for (Map.Entry<String, String> each : headers) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            if (HeaderRules.mayBeSet(name)
                    && (service.toClient().isEmpty()
                            || ALWAYS_TOLD.contains(name)
                            || HeaderRules.any(service.toClient(), name))) {
                told.add(Map.entry(name, each.getValue()));
            }
        }
        return told;
    }

    private static List<Map.Entry<String, String>> picked(
            HttpHeaders headers, List<TextTest> tests) {
        List<Map.Entry<String, String>> picked = new ArrayList<>();
        if (!tests.isEmpty()) {
            for (Map.Entry<String, String> each : headers) {
                String name = each.getKey().toLowerCase(Locale.ROOT);
                if (HeaderRules.mayBeSet(name) && HeaderRules.any(tests, name)) {
                    picked.add(Map.entry(name, each.getValue()));
                }
            }
        }
        return picked;
    }
}
