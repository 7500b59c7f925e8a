package dev.fairlead.pilot.validate;

import java.util.List;
import java.util.Set;

/** Checks the spec of a Telemetry. Source: istio.io "Telemetry". */
final class TelemetryCheck {

    private static final Set<String> METRICS =
            Set.of(
                    "ALL_METRICS",
                    "REQUEST_COUNT",
                    "REQUEST_DURATION",
                    "REQUEST_SIZE",
                    "RESPONSE_SIZE",
                    "TCP_OPENED_CONNECTIONS",
                    "TCP_CLOSED_CONNECTIONS",
                    "TCP_SENT_BYTES",
                    "TCP_RECEIVED_BYTES",
                    "GRPC_REQUEST_MESSAGES",
                    "GRPC_RESPONSE_MESSAGES");

    private TelemetryCheck() {}

    static void check(Fields spec) {
        Checks.targets(spec);
        spec.list("tracing", TelemetryCheck::tracing);
        spec.list("metrics", TelemetryCheck::metrics);
        spec.list("accessLogging", TelemetryCheck::logging);
    }

    private static void providers(Fields entry) {
        entry.list("providers", provider -> Checks.needed(provider, "name"));
    }

    private static boolean mode(Fields match) {
        String mode = match.string("mode");
        if (!Set.of("", "CLIENT_AND_SERVER", "CLIENT", "SERVER").contains(mode)) {
            match.problem("mode", "unknown value " + mode);
        }
        return true;
    }

    private static boolean tracing(Fields tracing) {
        tracing.object("match", TelemetryCheck::mode);
        providers(tracing);
        tracing.number("randomSamplingPercentage", 0, 100);
        for (String name :
                List.of(
                        "disableSpanReporting",
                        "disableContextPropagation",
                        "enableIstioTags",
                        "useRequestIdForTraceSampling")) {
            tracing.bool(name);
        }
        tracing.map("customTags", (name, tag) -> tag(tag));
        return true;
    }

    private static boolean tag(Fields tag) {
        int given = 0;
        for (String name : List.of("literal", "environment", "header", "formatter")) {
            given += tag.has(name) ? 1 : 0;
            boolean named = name.equals("environment") || name.equals("header");
            tag.object(
                    name,
                    value -> {
                        if (named) {
                            value.string("defaultValue");
                        }
                        return Checks.needed(value, named ? "name" : "value");
                    });
        }
        if (given > 1) {
            tag.wrong("only one of literal, environment, header, formatter can be given");
        }
        return true;
    }

    private static boolean metrics(Fields metrics) {
        providers(metrics);
        Checks.duration(metrics, "reportingInterval");
        metrics.list("overrides", TelemetryCheck::override);
        return true;
    }

    private static boolean override(Fields override) {
        override.bool("disabled");
        override.object("match", TelemetryCheck::metric);
        override.map("tagOverrides", (name, change) -> change(change));
        return true;
    }

    private static boolean metric(Fields match) {
        if (match.has("metric") && match.has("customMetric")) {
            match.wrong("only one of metric, customMetric can be given");
        }
        String metric = match.string("metric");
        if (!metric.isEmpty() && !METRICS.contains(metric)) {
            match.problem("metric", "unknown value " + metric);
        }
        if (match.has("customMetric")) {
            Checks.needed(match, "customMetric");
        }
        return mode(match);
    }

    private static boolean change(Fields change) {
        String operation = change.string("operation");
        String value = change.string("value");
        switch (operation) {
            case "", "UPSERT" -> {
                if (operation.equals("UPSERT") && value.isEmpty()) {
                    change.problem("value", "is needed by UPSERT");
                }
            }
            case "REMOVE" -> {
                if (change.has("value")) {
                    change.problem("value", "cannot be given with REMOVE");
                }
            }
            default -> change.problem("operation", "unknown value " + operation);
        }
        return true;
    }

    private static boolean logging(Fields logging) {
        logging.object("match", TelemetryCheck::mode);
        providers(logging);
        logging.bool("disabled");
        logging.object("filter", filter -> filter.string("expression"));
        return true;
    }
}
