package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RateLimit.Answer;
import dev.fairlead.pilot.state.RateLimit.Limit;
import dev.fairlead.pilot.state.RateLimit.Match;
import dev.fairlead.pilot.state.RateLimit.Rule;
import dev.fairlead.pilot.state.StringMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the spec of a RateLimit. */
final class RateLimitReader {

    private static final long LEAST_MILLIS = 50; // Envoy's own bound
    private static final int MAX_BODY = 4096;
    private static final int MAX_RULES = 64;
    private static final Set<Integer> ODD_STATUSES = Set.of(418, 419, 420, 425, 427, 430, 509);

    private final Meta meta;
    private final String rootNamespace;

    RateLimitReader(Meta meta, String rootNamespace) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
    }

    RateLimit read(Fields spec) {
        Map<String, String> selector =
                spec.object("selector", fields -> fields.strings("matchLabels"));
        List<Rule> rules = spec.list("rules", RateLimitReader::rule);
        if (rules.isEmpty() && spec.size("rules") == 0) {
            spec.problem("rules", "at least one is needed");
        } else if (rules.size() > MAX_RULES) {
            spec.problem("rules", "more than " + MAX_RULES);
        }
        String scope = meta.namespace().equals(rootNamespace) ? "" : meta.namespace();
        return new RateLimit(meta, scope, selector == null ? Map.of() : selector, rules);
    }

    private static Rule rule(Fields rule) {
        Match match = rule.object("match", RateLimitReader::match);
        if (!rule.has("limit")) {
            rule.problem("limit", "is needed");
        }
        Limit limit = rule.object("limit", RateLimitReader::limit);
        Answer answer = rule.object("response", RateLimitReader::answer);
        return new Rule(
                match == null ? Match.ANY : match,
                limit == null ? new Limit(1, Duration.ofSeconds(1), 1) : limit,
                answer == null ? Answer.USUAL : answer);
    }

    private static Match match(Fields match) {
        int port = match.integer("port", 1, DestinationsReader.MAX_PORT, 0);
        StringMatch path = StringMatches.uri(match, "path");
        List<String> methods = match.stringList("methods");
        for (int i = 0; i < methods.size(); i++) {
            if (!StringMatches.isHeaderName(methods.get(i))) { // both are tokens
                match.problem("methods[" + i + "]", "\"" + methods.get(i) + "\" is no method");
            }
        }
        return new Match(
                port,
                path == null ? new StringMatch.Present() : path,
                lower(match, "headers", match.map("headers", StringMatches::header)),
                lower(
                        match,
                        "withoutHeaders",
                        match.map("withoutHeaders", StringMatches::absentHeader)),
                methods);
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

    private static Limit limit(Fields limit) {
        if (!limit.has("requests")) {
            limit.problem("requests", "is needed");
        }
        int requests = limit.integer("requests", 1, Integer.MAX_VALUE, 1);
        if (!limit.has("per")) {
            limit.problem("per", "is needed");
        }
        Duration per = Durations.read(limit, "per", LEAST_MILLIS);
        int burst = limit.integer("burst", 1, Integer.MAX_VALUE, requests);
        return new Limit(requests, per == null ? Duration.ofSeconds(1) : per, burst);
    }

    private static Answer answer(Fields answer) {
        int status = answer.integer("status", 400, 511, Answer.USUAL.status());
        if (ODD_STATUSES.contains(status) || status > 431 && status < 500) {
            answer.problem("status", status + ": Envoy has no such status");
        }
        String body = answer.string("body");
        if (body.getBytes(StandardCharsets.UTF_8).length > MAX_BODY) {
            answer.problem("body", "longer than " + MAX_BODY + " bytes");
        }
        return new Answer(status, body);
    }
}
