package dev.fairlead.agent.ops.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Families as Prometheus' text format 0.0.4. The one class that knows Prometheus' library.
 *
 * <p>The library appends {@code _total} to every counter's name. Envoy's dashboards know many
 * counters without it; those keep Envoy's name and are exposed without a type ({@code untyped}),
 * which {@code rate()} takes as well.
 */
final class PrometheusExposition {

    static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

    private PrometheusExposition() {}

    /** Families without series are left out. */
    static String text(Stream<Family> families) {
        StringWriter text = new StringWriter(64 * 1024);
        try {
            TextFormat.write004(text, samples(families));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    @SuppressWarnings("JdkObsolete") // the library asks for an Enumeration
    private static Enumeration<MetricFamilySamples> samples(Stream<Family> families) {
        Iterator<MetricFamilySamples> each =
                families.filter(family -> !family.points().isEmpty())
                        .map(PrometheusExposition::samples)
                        .iterator();
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return each.hasNext();
            }

            @Override
            public MetricFamilySamples nextElement() {
                return each.next();
            }
        };
    }

    private static MetricFamilySamples samples(Family family) {
        Metric metric = family.metric();
        List<String> withBound = new ArrayList<>(metric.labels());
        withBound.add("le");
        List<Sample> samples = new ArrayList<>(family.points().size());
        for (Family.Point point : family.points()) {
            String name = metric.name() + point.suffix();
            if (point.bound().isEmpty()) {
                samples.add(new Sample(name, metric.labels(), point.labels(), point.value()));
            } else {
                List<String> values = new ArrayList<>(point.labels());
                values.add(point.bound());
                samples.add(new Sample(name, withBound, values, point.value()));
            }
        }
        return new MetricFamilySamples(metric.name(), type(metric), metric.help(), samples);
    }

    private static Collector.Type type(Metric metric) {
        return switch (metric.type()) {
            case COUNTER ->
                    metric.name().endsWith("_total")
                            ? Collector.Type.COUNTER
                            : Collector.Type.UNKNOWN;
            case GAUGE -> Collector.Type.GAUGE;
            case HISTOGRAM -> Collector.Type.HISTOGRAM;
            case SUMMARY -> Collector.Type.SUMMARY;
        };
    }
}
