package dev.fairlead.agent.ops.telemetry;

import java.util.List;

/**
 * A metric as it is promised to whoever scrapes it.
 *
 * @param unit {@code bytes}, {@code seconds}, {@code milliseconds}, or empty: a number of things
 * @param labels all labels of every series, {@code le} apart
 * @param help one sentence
 */
record Metric(
        String name,
        Type type,
        String unit,
        List<String> labels,
        String help,
        Stability stability) {

    Metric {
        labels = List.copyOf(labels);
    }

    /** As Prometheus has them. */
    enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        SUMMARY
    }

    /** Stable: name and labels change only with a notice in the change log. */
    enum Stability {
        STABLE,
        EXPERIMENTAL
    }
}
