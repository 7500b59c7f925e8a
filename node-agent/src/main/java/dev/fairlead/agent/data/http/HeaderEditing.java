package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderFacts;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Carries out configured header edits: removals, then all values are made from what is left, then
 * those that take another's place, then those that are added.
 *
 * <p>Source: Envoy, HeaderParser::evaluateHeaders.
 */
public final class HeaderEditing {

    /**
     * Headers that Envoy keeps once: another value is appended with a comma. Of its list those that
     * edits could sensibly be about.
     */
    private static final Set<String> ONCE =
            Set.of(
                    "accept",
                    "accept-encoding",
                    "access-control-allow-origin",
                    "access-control-expose-headers",
                    "authorization",
                    "cache-control",
                    "content-encoding",
                    "content-type",
                    "date",
                    "etag",
                    "grpc-message",
                    "grpc-status",
                    "location",
                    "origin",
                    "referer",
                    "server",
                    "user-agent",
                    "vary",
                    "via",
                    "x-envoy-attempt-count",
                    "x-envoy-original-path",
                    "x-envoy-upstream-service-time",
                    "x-forwarded-client-cert",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto",
                    "x-request-id");

    private HeaderEditing() {}

    public static void apply(HeaderEdits.Side edits, HttpHeaders headers, HeaderFacts facts) {
        for (int i = 0; i < edits.remove().size(); i++) {
            headers.remove(edits.remove().get(i));
        }
        List<HeaderEdits.Entry> entries = edits.add();
        if (entries.isEmpty()) {
            return;
        }
        List<String> values = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            values.add(value(entries.get(i), headers, facts));
        }
        for (int i = 0; i < entries.size(); i++) {
            if (!values.get(i).isEmpty() && overwrites(entries.get(i).existing())) {
                headers.set(entries.get(i).name(), values.get(i));
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            if (!values.get(i).isEmpty() && !overwrites(entries.get(i).existing())) {
                add(headers, entries.get(i).name(), values.get(i));
            }
        }
    }

    /** Empty: the header is left out. */
    private static String value(HeaderEdits.Entry entry, HttpHeaders headers, HeaderFacts facts) {
        boolean wanted =
                switch (entry.existing()) {
                    case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
                    case ADD_IF_ABSENT -> !headers.contains(entry.name());
                    case OVERWRITE_IF_EXISTS -> headers.contains(entry.name());
                };
        return wanted ? entry.value().format(facts) : "";
    }

    private static boolean overwrites(HeaderEdits.Existing existing) {
        return existing == HeaderEdits.Existing.OVERWRITE_IF_EXISTS
                || existing == HeaderEdits.Existing.OVERWRITE_IF_EXISTS_OR_ADD;
    }

    private static void add(HttpHeaders headers, String name, String value) {
        String before = ONCE.contains(name) ? headers.get(name) : null;
        if (before == null) {
            headers.add(name, value);
        } else {
            headers.set(name, before + "," + value);
        }
    }
}
