package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HeaderChanges.Entry;
import dev.fairlead.pilot.state.HeaderChanges.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads {@code headers} of a route or destination, and what went before it: {@code
 * appendRequestHeaders} and its kin, of Istio 1.0 also {@code appendHeaders}.
 */
final class HeaderChangesReader {

    /** Who changes them breaks messages, which no mesh should be told to do. */
    private static final Set<String> FRAMING =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /** The authority that a request is given; empty: it keeps its own. */
    private String authority = "";

    private HeaderChangesReader() {}

    static HeaderChanges read(Fields parent) {
        return new HeaderChangesReader().changes(parent);
    }

    private HeaderChanges changes(Fields parent) {
        List<Entry> requests = new ArrayList<>();
        List<String> requestsWithout = new ArrayList<>();
        List<Entry> responses = new ArrayList<>();
        List<String> responsesWithout = new ArrayList<>();
        boolean _ =
                parent.object(
                                "headers",
                                headers -> {
                                    headers.object(
                                            "request",
                                            side -> side(side, true, requests, requestsWithout));
                                    headers.object(
                                            "response",
                                            side -> side(side, false, responses, responsesWithout));
                                    return true;
                                })
                        != null;
        add(parent, "appendHeaders", true, false, requests);
        add(parent, "appendRequestHeaders", true, false, requests);
        remove(parent, "removeRequestHeaders", requestsWithout);
        add(parent, "appendResponseHeaders", false, false, responses);
        remove(parent, "removeResponseHeaders", responsesWithout);
        return new HeaderChanges(
                new Side(requests, requestsWithout),
                new Side(responses, responsesWithout),
                authority);
    }

    private boolean side(Fields side, boolean request, List<Entry> entries, List<String> without) {
        add(side, "set", request, true, entries);
        add(side, "add", request, false, entries);
        remove(side, "remove", without);
        return true;
    }

    /** By name, as Istio writes them. */
    private void add(
            Fields fields, String field, boolean request, boolean overwrite, List<Entry> entries) {
        for (Map.Entry<String, String> header : new TreeMap<>(fields.strings(field)).entrySet()) {
            String name = Fields.lower(header.getKey());
            String problem = HeaderValues.problem(header.getValue());
            if (isAuthority(name) && request) {
                setAuthority(fields, field, header);
            } else if (!problem.isEmpty()) {
                fields.problemBelow(field, header.getKey(), problem);
            } else if (checked(fields, field + "." + header.getKey(), name)) {
                entries.add(new Entry(name, header.getValue(), overwrite));
            }
        }
    }

    private void setAuthority(Fields fields, String field, Map.Entry<String, String> header) {
        if (!authority.isEmpty()) {
            fields.problemBelow(field, header.getKey(), "the authority is set twice");
        } else if (!HeaderValues.isPlain(header.getValue()) || header.getValue().isEmpty()) {
            fields.problemBelow(field, header.getKey(), "is no authority");
        } else {
            authority = header.getValue();
        }
    }

    private static void remove(Fields fields, String field, List<String> without) {
        List<String> names = fields.stringList(field);
        for (int i = 0; i < names.size(); i++) {
            String name = Fields.lower(names.get(i));
            if (checked(fields, field + "[" + i + "]", name)) {
                without.add(name);
            }
        }
    }

    private static boolean checked(Fields fields, String where, String name) {
        if (isAuthority(name) || name.startsWith(":")) {
            fields.problem(where, "what a message is for cannot be changed here");
            return false;
        }
        if (!StringMatches.isHeaderName(name)) {
            fields.problem(where, "not a header name");
            return false;
        }
        if (FRAMING.contains(name)) {
            fields.problem(where, "says where a message ends, or concerns one hop");
            return false;
        }
        return true;
    }

    private static boolean isAuthority(String name) {
        return name.equals("host") || name.equals(":authority");
    }
}
