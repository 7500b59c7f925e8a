package dev.fairlead.pilot.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.util.function.DoubleSupplier;

/** All metrics of one pilot-lite. Thread: any. */
public final class PilotMetrics {

    private final CollectorRegistry registry = new CollectorRegistry();

    /** Responses sent, by resource type. Stable. */
    public final Counter pushes =
            Counter.build("pilot_xds_pushes", "Delta responses sent.")
                    .labelNames("type")
                    .register(registry);

    /** Resources refused by clients, by resource type. Stable. */
    public final Counter rejects =
            Counter.build("pilot_total_xds_rejects", "Resources that clients refused.")
                    .labelNames("type")
                    .register(registry);

    /** Objects that the API server asked about, by what became of them. Stable. */
    public final Counter webhookReviews =
            Counter.build("pilot_webhook_reviews", "Objects reviewed at admission.")
                    .labelNames("result")
                    .register(registry);

    /** Open ADS streams. Stable. */
    public final Gauge streams = Gauge.build("pilot_xds", "Open ADS streams.").register(registry);

    /** Nodes whose agent is connected. Stable. */
    public final Gauge agents =
            Gauge.build("pilot_connected_agents", "Nodes whose agent is connected.")
                    .register(registry);

    /** Objects of ours whose present version is refused. Stable. */
    public final Gauge rejectedObjects =
            Gauge.build("pilot_rejected_objects", "Objects whose present version is refused.")
                    .register(registry);

    /** Compilations so far: the number in system_version_info. Stable. */
    public final Gauge generation =
            Gauge.build("pilot_generation", "Last generation compiled.").register(registry);

    /** From a complete state to a snapshot. Experimental. */
    public final Histogram compileSeconds =
            Histogram.build("pilot_compile_seconds", "Seconds to compile the mesh.")
                    .buckets(.001, .005, .01, .05, .1, .5, 1, 5)
                    .register(registry);

    /** Seconds from the first change of a burst to its being served. Experimental. */
    public final Histogram sourceLag =
            Histogram.build(
                            "pilot_source_lag_seconds",
                            "Seconds from a change to a snapshot of it.")
                    .buckets(.02, .05, .1, .2, .5, 1, 2, 5, 10)
                    .register(registry);

    /** Objects that came by in watches, by collection. Experimental. */
    public final Counter sourceEvents =
            Counter.build("pilot_k8s_events_total", "Changes told by the API server.")
                    .labelNames("collection")
                    .register(registry);

    /** Whole lists read: one a collection at the start, more when a watch was lost. Stable. */
    public final Counter sourceLists =
            Counter.build("pilot_k8s_lists_total", "Collections read from the API server.")
                    .labelNames("collection")
                    .register(registry);

    /** Watches that failed, by reason: expired or error. Stable. */
    public final Counter watchFailures =
            Counter.build("pilot_k8s_watch_failures_total", "Lists and watches that failed.")
                    .labelNames("collection", "reason")
                    .register(registry);

    /** How long the API server could not be followed; 0 while it can. Stable. */
    public void watchingFailedSeconds(DoubleSupplier seconds) {
        gauge("pilot_k8s_stale_seconds", "Seconds since the API server went silent.", seconds);
    }

    /** Changes that wait for their burst to end. Experimental. */
    public void changesWaiting(DoubleSupplier changes) {
        gauge("pilot_source_queue", "Changes that wait for the next snapshot.", changes);
    }

    private void gauge(String name, String help, DoubleSupplier value) {
        Gauge.build(name, help)
                .create()
                .setChild(
                        new Gauge.Child() {
                            @Override
                            public double get() {
                                return value.getAsDouble();
                            }
                        })
                .register(registry);
    }

    /** The metrics in Prometheus' text format. */
    public String text() {
        var text = new StringWriter();
        try {
            TextFormat.write004(text, registry.metricFamilySamples());
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return text.toString();
    }
}
