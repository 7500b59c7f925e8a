package dev.fairlead.ca;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.util.function.DoubleSupplier;

/** All metrics of one ca. Thread: any. */
final class CaMetrics {

    private final CollectorRegistry registry = new CollectorRegistry();

    /** Certificates issued to agents and pilot-lite. Stable. */
    final Counter issued =
            Counter.build("fairlead_ca_issued", "Certificates issued.").register(registry);

    /** Requests without a certificate, by gRPC status. Stable. */
    final Counter refused =
            Counter.build("fairlead_ca_refused", "Requests that got no certificate.")
                    .labelNames("code")
                    .register(registry);

    /** From a request to its answer. Experimental. */
    final Histogram seconds =
            Histogram.build("fairlead_ca_request_seconds", "Seconds to answer a request.")
                    .buckets(.0005, .001, .005, .01, .05, .1, .5, 1, 5)
                    .register(registry);

    /** When the signing certificate ends. Stable. */
    private final Gauge notAfter =
            Gauge.build("fairlead_ca_signer_not_after_seconds", "When the signer ends, Unix time.")
                    .register(registry);

    void signerEnds(DoubleSupplier unixSeconds) {
        notAfter.setChild(
                new Gauge.Child() {
                    @Override
                    public double get() {
                        return unixSeconds.getAsDouble();
                    }
                });
    }

    /** The metrics in Prometheus' text format. */
    String text() {
        var text = new StringWriter();
        try {
            TextFormat.write004(text, registry.metricFamilySamples());
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return text.toString();
    }
}
