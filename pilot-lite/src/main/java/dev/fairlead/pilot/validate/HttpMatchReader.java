package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.StringMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what requests an HTTP route takes. */
final class HttpMatchReader {

    private HttpMatchReader() {}

    static HttpMatch read(Fields match) {
        String sourceNamespace = match.string("sourceNamespace");
        if (!sourceNamespace.isEmpty() && !HostNames.isLabel(sourceNamespace)) {
            match.problem("sourceNamespace", "\"" + sourceNamespace + "\" is not a namespace");
        }
        var read =
                new HttpMatch(
                        match.string("name"),
                        StringMatches.uri(match, "uri"),
                        match.bool("ignoreUriCase"),
                        StringMatches.read(match, "scheme"),
                        StringMatches.read(match, "method"),
                        StringMatches.read(match, "authority"),
                        lower(match, "headers", match.map("headers", StringMatches::header)),
                        lower(
                                match,
                                "withoutHeaders",
                                match.map("withoutHeaders", StringMatches::absentHeader)),
                        match.map("queryParams", StringMatches::queryParameter),
                        match.integer("port", 1, DestinationsReader.MAX_PORT, 0),
                        match.strings("sourceLabels"),
                        sourceNamespace,
                        Gateways.names(match),
                        match.string("statPrefix"));
        if (read.connect()) {
            withoutTarget(match);
        }
        return read;
    }

    /** A CONNECT request names an authority and nothing else (RFC 9110, section 9.3.6). */
    private static void withoutTarget(Fields match) {
        for (String name : List.of("uri", "scheme")) {
            if (match.has(name)) {
                match.problem(name, "cannot stand beside method CONNECT, whose requests have none");
            }
        }
    }

    private static Map<String, StringMatch> lower(
            Fields match, String field, Map<String, StringMatch> written) {
        Map<String, StringMatch> headers = new LinkedHashMap<>();
        written.forEach((name, value) -> {
            if (headers.put(Fields.lower(name), value) != null) {
                match.problemBelow(field, name, "given twice, in other letters too");
            }
        });
        return headers;
    }
}
