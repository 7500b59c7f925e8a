package dev.fairlead.pilot.compile;

import com.google.re2j.Pattern;
import dev.fairlead.pilot.compile.InboundCheck.Value;
import dev.fairlead.pilot.state.AttributeExpression.Attribute;
import dev.fairlead.pilot.state.AttributeExpression.Both;
import dev.fairlead.pilot.state.AttributeExpression.Constant;
import dev.fairlead.pilot.state.AttributeExpression.Either;
import dev.fairlead.pilot.state.AttributeExpression.First;
import dev.fairlead.pilot.state.AttributeExpression.Like;
import dev.fairlead.pilot.state.AttributeExpression.Literal;
import dev.fairlead.pilot.state.AttributeExpression.Mutual;
import dev.fairlead.pilot.state.AttributeExpression.Not;
import dev.fairlead.pilot.state.AttributeExpression.Same;
import dev.fairlead.pilot.state.AttributeExpression.Text;
import dev.fairlead.pilot.state.AttributeExpression.Truth;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.Subnet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mixer's attributes of requests to one port of one pod: those of the destination are known, the
 * others are asked. One that is not there is empty text, where no alternative is given.
 *
 * @param service that the port is of; null: of none
 */
record Attributes(Pod pod, @Nullable Service service, int port) {

    Condition condition(Truth truth) {
        return switch (truth) {
            case Constant(boolean value) -> Condition.of(value);
            case Mutual() -> Condition.has(new Fact.SourcePrincipal());
            case Both(Truth one, Truth other) -> Condition.all(condition(one), condition(other));
            case Either(Truth one, Truth other) ->
                    Condition.any(List.of(condition(one), condition(other)));
            case Not(Truth one) -> Condition.not(condition(one));
            case Like(Text text, StringMatch pattern) -> fits(value(text), pattern);
            case Same(Text one, Text other) -> same(value(one), value(other));
        };
    }

    private static Condition same(Value one, Value other) {
        return one.facts().isEmpty()
                ? fits(other, new StringMatch.Exact(one.otherwise()))
                : fits(one, new StringMatch.Exact(other.otherwise())); // the other is fixed
    }

    /** Whether a value fits; the first fact that there is decides. */
    static Condition fits(Value value, StringMatch match) {
        Condition rest = Condition.of(matches(match, value.otherwise()));
        for (Fact fact : value.facts().reversed()) {
            rest =
                    Condition.any(
                            List.of(
                                    test(fact, match),
                                    Condition.all(Condition.not(Condition.has(fact)), rest)));
        }
        return rest;
    }

    private static Condition test(Fact fact, StringMatch match) {
        if (fact instanceof Fact.SourceAddress && match instanceof StringMatch.Exact(String text)) {
            Subnet range = Subnet.of(text);
            return range == null ? Condition.Always.NO : new Condition.From(range);
        }
        return new Condition.Test(fact, match);
    }

    private static boolean matches(StringMatch match, String text) {
        return switch (match) {
            case StringMatch.Exact(String value) -> value.equals(text);
            case StringMatch.Prefix(String value) -> text.startsWith(value);
            case StringMatch.Regex(String value) -> Pattern.matches(value, text);
            case StringMatch.Present() -> true;
        };
    }

    Value value(Text text) {
        List<Fact> facts = new ArrayList<>();
        List<Text> all =
                text instanceof First(List<Text> alternatives) ? alternatives : List.of(text);
        for (Text one : all) {
            switch (one) {
                case Literal(String fixed) -> {
                    return new Value(facts, fixed);
                }
                case Attribute attribute -> {
                    if (attribute.isOfDestination()) {
                        String known = destination(attribute);
                        if (known != null) {
                            return new Value(facts, known);
                        }
                        continue;
                    }
                    Fact fact = fact(attribute);
                    facts.add(fact);
                    if (fact.isAlwaysThere()) {
                        return new Value(facts, "");
                    }
                }
                case First nested -> { // alternatives in brackets are alternatives
                    Value inner = value(nested);
                    facts.addAll(inner.facts());
                    if (!inner.otherwise().isEmpty()) {
                        return new Value(facts, inner.otherwise());
                    }
                }
            }
        }
        return new Value(facts, "");
    }

    private static Fact fact(Attribute attribute) {
        return switch (attribute.name()) {
            case "request.headers" -> new Fact.Header(attribute.key());
            case "request.path" -> new Fact.Header(":path");
            case "request.url_path" -> new Fact.Path();
            case "request.method" -> new Fact.Header(":method");
            case "request.host" -> new Fact.Header(":authority");
            case "request.scheme" -> new Fact.Header(":scheme");
            case "request.useragent" -> new Fact.Header("user-agent");
            case "source.ip" -> new Fact.SourceAddress();
            case "source.principal", "source.user" -> new Fact.SourcePrincipal();
            case "source.namespace", "source.workload.namespace" -> new Fact.SourceNamespace();
            case "source.workload.name" -> new Fact.SourceWorkload();
            case "source.labels" -> new Fact.SourceLabel(attribute.key());
            default -> throw new IllegalArgumentException(attribute.name() + " was let through");
        };
    }

    private @Nullable String destination(Attribute attribute) {
        Service of = service;
        return switch (attribute.name()) {
            case "destination.labels" -> pod.labels().get(attribute.key());
            case "destination.namespace", "destination.workload.namespace" -> pod.namespace();
            case "destination.workload.name" -> pod.workload();
            case "destination.service", "destination.service.host" -> of == null ? null : of.fqdn();
            case "destination.service.name" -> of == null ? null : of.name();
            case "destination.service.namespace" -> of == null ? null : of.namespace();
            case "destination.port" -> port == 0 ? null : Integer.toString(port);
            case "context.protocol" -> "http";
            case "context.reporter.kind" -> "inbound";
            default -> throw new IllegalArgumentException(attribute.name() + " was let through");
        };
    }
}
