package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RateLimit.Answer;
import dev.fairlead.pilot.state.RateLimit.Limit;
import dev.fairlead.pilot.state.RateLimit.Match;
import dev.fairlead.pilot.state.RateLimit.RouteName;
import dev.fairlead.pilot.state.RateLimit.Rule;
import dev.fairlead.pilot.state.StringMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the spec of a RateLimit. */
final class RateLimitReader {

    private static final long LEAST_MILLIS = 50; // Envoy's own bound
    private static final int MAX_BODY = 4096;
    private static final int MAX_RULES = 64;
    private static final Set<Integer> ODD_STATUSES = Set.of(418, 419, 420, 425, 427, 430, 509);

    private static final Pattern PRINCIPAL =
            Pattern.compile("\\*?[0-9A-Za-z._/-]*\\*?"); // what SPIFFE lets stand in an ID

    private final Meta meta;
    private final String rootNamespace;

    RateLimitReader(Meta meta, String rootNamespace) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
    }

    RateLimit read(Fields spec) {
        Map<String, String> selector =
                spec.object("selector", fields -> fields.strings("matchLabels"));
        RouteName route = spec.object("route", RateLimitReader::route);
        List<Rule> rules = spec.list("rules", rule -> rule(rule, route != null));
        if (rules.isEmpty() && spec.size("rules") == 0) {
            spec.problem("rules", "at least one is needed");
        } else if (rules.size() > MAX_RULES) {
            spec.problem("rules", "more than " + MAX_RULES);
        }
        if (route != null) {
            if (selector != null) {
                spec.problem("selector", "cannot stand beside route: all its clients count");
            }
            for (int i = 1; i < rules.size(); i++) {
                if (!rules.get(i).answer().equals(rules.getFirst().answer())) {
                    spec.problem("rules[" + i + "].response", "must be that of the first rule");
                }
            }
        }
        String scope = meta.namespace().equals(rootNamespace) ? "" : meta.namespace();
        return new RateLimit(meta, scope, selector == null ? Map.of() : selector, route, rules);
    }

    private static RouteName route(Fields route) {
        for (String field : new String[] {"virtualService", "name"}) {
            if (route.string(field).isEmpty()) {
                route.problem(field, "is needed");
            }
        }
        return new RouteName(route.string("virtualService"), route.string("name"));
    }

    private static Rule rule(Fields rule, boolean ofRoute) {
        Match match = rule.object("match", fields -> match(fields, ofRoute));
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

    private static Match match(Fields match, boolean ofRoute) {
        for (String inbound : new String[] {"port", "principals"}) {
            if (ofRoute && match.has(inbound)) {
                match.problem(inbound, "cannot stand beside route: it is looked at on arrival");
            }
        }
        int port = match.integer("port", 1, DestinationsReader.MAX_PORT, 0);
        StringMatch path = StringMatches.uri(match, "path");
        List<String> methods = match.stringList("methods");
        for (int i = 0; i < methods.size(); i++) {
            if (!StringMatches.isHeaderName(methods.get(i))) { // both are tokens
                match.problem("methods[" + i + "]", "\"" + methods.get(i) + "\" is no method");
            }
        }
        List<String> principals = match.stringList("principals");
        for (int i = 0; i < principals.size(); i++) {
            if (!PRINCIPAL.matcher(principals.get(i)).matches()) {
                match.problem(
                        "principals[" + i + "]",
                        "\""
                                + principals.get(i)
                                + "\" is no identity such as"
                                + " cluster.local/ns/default/sa/sleep; * may stand at an end");
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
                methods,
                principals);
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
