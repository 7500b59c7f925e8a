package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AttributeExpression.Literal;
import dev.fairlead.pilot.state.AttributeExpression.Text;
import dev.fairlead.pilot.state.AttributeExpression.Truth;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.MixerObject;
import dev.fairlead.pilot.state.MixerObject.Action;
import dev.fairlead.pilot.state.MixerObject.Dimensions;
import dev.fairlead.pilot.state.MixerObject.Entry;
import dev.fairlead.pilot.state.MixerObject.Instance;
import dev.fairlead.pilot.state.MixerObject.Nothing;
import dev.fairlead.pilot.state.MixerObject.Observed;
import dev.fairlead.pilot.state.MixerObject.QuotaSpec;
import dev.fairlead.pilot.state.MixerObject.QuotaSpecBinding;
import dev.fairlead.pilot.state.MixerObject.Rule;
import dev.fairlead.pilot.state.MixerObject.SpecName;
import dev.fairlead.pilot.state.MixerObject.Subject;
import dev.fairlead.pilot.state.MixerObject.Unused;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kinds of {@code config.istio.io/v1alpha2}, those of 1.0 (one for each adapter and
 * template) and those of 1.1 and later (handler, instance).
 */
final class MixerReader {

    /** Kinds of 1.0 that decide, and what they decide about. */
    static final Set<String> DECIDERS = Set.of("memquota", "denier", "listchecker");

    static final Set<String> SUBJECTS = Set.of("quota", "checknothing", "listentry");

    /** Kinds that only say what is to be told, or define others. */
    static final Set<String> OBSERVING =
            Set.of(
                    "logentry",
                    "metric",
                    "tracespan",
                    "reportnothing",
                    "edge",
                    "kubernetes",
                    "prometheus",
                    "stdio",
                    "fluentd",
                    "statsd",
                    "circonus",
                    "cloudwatch",
                    "dogstatsd",
                    "kubernetesenv",
                    "noop",
                    "signalfx",
                    "solarwinds",
                    "stackdriver",
                    "zipkin",
                    "attributemanifest",
                    "adapter",
                    "template",
                    "HTTPAPISpec",
                    "HTTPAPISpecBinding");

    private static final Set<String> OBSERVED_TEMPLATES =
            Set.of("logentry", "metric", "tracespan", "reportnothing", "edge", "kubernetes");

    private static final int MAX_ACTIONS = 64;
    private static final Text NOTHING = new Literal("");

    private final Meta meta;

    MixerReader(Meta meta) {
        this.meta = meta;
    }

    String kind() {
        return meta.key().kind();
    }

    MixerObject handler(Fields spec) {
        return HandlerReader.handler(meta, spec);
    }

    /** A handler of 1.0: its kind is the adapter. */
    MixerObject oldHandler(Fields spec) {
        return HandlerReader.handler(meta, kind(), spec);
    }

    /** A kind that is of no effect here, whatever it says. */
    MixerObject unused(Fields spec) {
        spec.takeAll();
        return new Unused(meta);
    }

    MixerObject instance(Fields spec) {
        String compiled = spec.string("compiledTemplate");
        String template = compiled.isEmpty() ? spec.string("template") : compiled;
        spec.notYet("attributeBindings");
        if (template.isEmpty()) {
            spec.problem("compiledTemplate", "is needed");
        }
        Subject subject = spec.object("params", params -> subject(template, params));
        if (subject == null) {
            subject =
                    switch (template) {
                        case "checknothing" -> new Nothing();
                        default -> new Observed();
                    };
            if (!template.equals("checknothing") && !OBSERVED_TEMPLATES.contains(template)) {
                spec.problem(
                        "compiledTemplate",
                        SUBJECTS.contains(template)
                                ? template + " needs params"
                                : template + ": " + Problem.NOT_SUPPORTED);
            }
        }
        return new Instance(meta, template, subject);
    }

    /** An instance of 1.0: its kind is the template. */
    MixerObject oldInstance(Fields spec) {
        String template = kind();
        return new Instance(meta, template, subject(template, spec));
    }

    private static Subject subject(String template, Fields params) {
        return switch (template) {
            case "quota" -> new Dimensions(dimensions(params));
            case "listentry" -> {
                Text value = text(params, "value", params.string("value"));
                if (!params.has("value")) {
                    params.problem("value", "is needed");
                }
                yield new Entry(value == null ? NOTHING : value);
            }
            case "checknothing" -> new Nothing();
            default -> {
                params.takeAll();
                if (!OBSERVED_TEMPLATES.contains(template)) {
                    params.wrong("template " + template + " " + Problem.NOT_SUPPORTED);
                }
                yield new Observed();
            }
        };
    }

    private static Map<String, Text> dimensions(Fields params) {
        Map<String, Text> dimensions = new LinkedHashMap<>();
        params.strings("dimensions")
                .forEach((name, expression) -> {
                    Text value = text(params, "dimensions." + name, expression);
                    if (value != null) {
                        dimensions.put(name, value);
                    }
                });
        return dimensions;
    }

    private static @Nullable Text text(Fields fields, String name, String expression) {
        try {
            return expression.isEmpty() ? null : ExpressionParser.text(expression);
        } catch (ExpressionParser.Unreadable e) {
            fields.problem(name, e.reason());
            return null;
        }
    }

    MixerObject rule(Fields spec) {
        String expression = spec.string("match");
        List<Action> actions = spec.list("actions", MixerReader::action);
        spec.notYet("requestHeaderOperations", "responseHeaderOperations", "sampling");
        if (spec.size("actions") > MAX_ACTIONS) {
            spec.problem("actions", "more than " + MAX_ACTIONS);
        }
        Truth match = null;
        String unreadable = "";
        try {
            match = expression.isBlank() ? null : ExpressionParser.truth(expression);
        } catch (ExpressionParser.Unreadable e) {
            unreadable = e.reason();
            if (decides(actions)) { // what only observes may ask for what nobody asks here
                spec.problem("match", unreadable);
            }
        }
        return new Rule(meta, match, unreadable, actions);
    }

    /** Whether that can be told by the names: those of 1.0 have kinds in them. */
    private static boolean decides(List<Action> actions) {
        for (Action action : actions) {
            if (hasKind(action.handler(), DECIDERS)
                    || action.instances().stream().anyMatch(name -> hasKind(name, SUBJECTS))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasKind(String name, Set<String> kinds) {
        int from = name.indexOf('.') + 1;
        int to = name.indexOf('.', from);
        return from > 0 && kinds.contains(name.substring(from, to < 0 ? name.length() : to));
    }

    private static Action action(Fields action) {
        action.notYet("name");
        String handler = action.string("handler");
        if (handler.isEmpty()) {
            action.problem("handler", "is needed");
        }
        List<String> instances = action.stringList("instances");
        if (instances.isEmpty() && action.size("instances") == 0) {
            action.problem("instances", "at least one is needed");
        }
        return new Action(handler, instances);
    }

    MixerObject quotaSpec(Fields spec) {
        List<String> quotas = new ArrayList<>();
        spec.list(
                "rules",
                rule -> {
                    rule.notYet("match");
                    quotas.addAll(rule.list("quotas", MixerReader::quota));
                    return rule;
                });
        if (quotas.isEmpty() && spec.size("rules") == 0) {
            spec.problem("rules", "at least one is needed");
        }
        return new QuotaSpec(meta, quotas);
    }

    private static String quota(Fields quota) {
        String name = quota.string("quota");
        if (name.isEmpty()) {
            quota.problem("quota", "is needed");
        }
        int charge =
                quota.isText("charge")
                        ? number(quota.string("charge"))
                        : quota.integer("charge", 1, Integer.MAX_VALUE, 1);
        if (charge != 1) {
            quota.problem("charge", "other than 1: " + Problem.NOT_SUPPORTED);
        }
        return name;
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    MixerObject quotaSpecBinding(Fields spec) {
        List<SpecName> specs =
                spec.list(
                        "quotaSpecs",
                        ref -> {
                            String name = ref.string("name");
                            if (name.isEmpty()) {
                                ref.problem("name", "is needed");
                            }
                            return new SpecName(near(ref.string("namespace")), name);
                        });
        List<String> services = spec.list("services", this::service);
        if (spec.size("services") == 0) {
            spec.problem("services", "at least one is needed");
        }
        return new QuotaSpecBinding(meta, specs, services);
    }

    private String near(String namespace) {
        return namespace.isEmpty() ? meta.namespace() : namespace;
    }

    /** By its name, or its whole host. */
    private String service(Fields service) {
        service.notYet("labels");
        String host = service.string("service");
        String name = service.string("name");
        String namespace = near(service.string("namespace"));
        String domain = service.string("domain");
        if (host.isEmpty() == name.isEmpty()) {
            service.wrong("one of name and service is needed");
        }
        if (!host.isEmpty()) {
            return host;
        }
        return name + "." + namespace + "." + (domain.isEmpty() ? Service.DOMAIN : domain);
    }
}
