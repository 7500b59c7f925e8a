package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.Histogram;
import dev.fairlead.agent.data.stats.PeerLabels;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.ops.telemetry.Metric.Stability;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Istio's standard metrics, with the labels that its dashboards and Kiali read.
 *
 * <p>Histograms are not split by response code and flags. Policy {@code mutual_tls} is said by
 * either side that saw it; without it the destination says {@code none} and the source, which may
 * not have reached anybody, {@code unknown}. Source: Istio, "Standard metrics".
 */
final class IstioFamilies {

    /** By the letters that make the series; some flags differ only in what the client is told. */
    private static final Map<String, List<ResponseFlag>> FLAGS =
            Stream.of(ResponseFlag.values())
                    .collect(
                            Collectors.groupingBy(
                                    ResponseFlag::letters,
                                    LinkedHashMap::new,
                                    Collectors.toUnmodifiableList()));

    /** Istio's own name of the only cluster that there is. */
    private static final String CLUSTER_ID = "Kubernetes";

    private static final List<String> PEERS =
            List.of(
                    "reporter",
                    "source_workload",
                    "source_canonical_service",
                    "source_canonical_revision",
                    "source_workload_namespace",
                    "source_principal",
                    "source_app",
                    "source_version",
                    "source_cluster",
                    "destination_workload",
                    "destination_canonical_service",
                    "destination_canonical_revision",
                    "destination_workload_namespace",
                    "destination_principal",
                    "destination_app",
                    "destination_version",
                    "destination_cluster",
                    "destination_service",
                    "destination_service_name",
                    "destination_service_namespace",
                    "request_protocol",
                    "connection_security_policy");

    private static final Metric REQUESTS =
            metric(
                    "istio_requests_total",
                    Metric.Type.COUNTER,
                    "",
                    plus("response_code", "grpc_response_status", "response_flags"),
                    "Requests that ended.");
    private static final Metric DURATION =
            metric(
                    "istio_request_duration_milliseconds",
                    Metric.Type.HISTOGRAM,
                    "milliseconds",
                    PEERS,
                    "How long requests took, from first byte received to last byte sent.");
    private static final Metric REQUEST_BYTES =
            metric(
                    "istio_request_bytes",
                    Metric.Type.HISTOGRAM,
                    "bytes",
                    PEERS,
                    "Size of requests as received.");
    private static final Metric RESPONSE_BYTES =
            metric(
                    "istio_response_bytes",
                    Metric.Type.HISTOGRAM,
                    "bytes",
                    PEERS,
                    "Size of responses as sent.");
    private static final Metric REQUEST_MESSAGES =
            metric(
                    "istio_request_messages_total",
                    Metric.Type.COUNTER,
                    "",
                    PEERS,
                    "gRPC messages from clients.");
    private static final Metric RESPONSE_MESSAGES =
            metric(
                    "istio_response_messages_total",
                    Metric.Type.COUNTER,
                    "",
                    PEERS,
                    "gRPC messages to clients.");
    private static final Metric OPENED =
            metric(
                    "istio_tcp_connections_opened_total",
                    Metric.Type.COUNTER,
                    "",
                    PEERS,
                    "TCP connections opened.");
    private static final Metric CLOSED =
            metric(
                    "istio_tcp_connections_closed_total",
                    Metric.Type.COUNTER,
                    "",
                    plus("response_flags"),
                    "TCP connections closed.");
    private static final Metric SENT =
            metric(
                    "istio_tcp_sent_bytes_total",
                    Metric.Type.COUNTER,
                    "bytes",
                    PEERS,
                    "Bytes sent to clients of TCP connections.");
    private static final Metric RECEIVED =
            metric(
                    "istio_tcp_received_bytes_total",
                    Metric.Type.COUNTER,
                    "bytes",
                    PEERS,
                    "Bytes received from clients of TCP connections.");

    private IstioFamilies() {}

    private static Metric metric(
            String name, Metric.Type type, String unit, List<String> labels, String help) {
        return new Metric(name, type, unit, labels, help, Stability.STABLE);
    }

    private static List<String> plus(String... more) {
        return Stream.concat(PEERS.stream(), Stream.of(more)).toList();
    }

    static List<Metric> declared() {
        return List.of(
                REQUESTS,
                DURATION,
                REQUEST_BYTES,
                RESPONSE_BYTES,
                REQUEST_MESSAGES,
                RESPONSE_MESSAGES,
                OPENED,
                CLOSED,
                SENT,
                RECEIVED);
    }

    static Stream<Family> of(StatsView view) {
        return Stream.<Function<StatsView, Family>>of(
                        IstioFamilies::requests,
                        each -> histograms(DURATION, each, RequestSeries::durationMillis),
                        each -> histograms(REQUEST_BYTES, each, RequestSeries::requestBytes),
                        each -> histograms(RESPONSE_BYTES, each, RequestSeries::responseBytes),
                        each -> messages(REQUEST_MESSAGES, each, RequestSeries::requestMessages),
                        each -> messages(RESPONSE_MESSAGES, each, RequestSeries::responseMessages),
                        each -> sums(OPENED, each, TcpSeries::openedCount),
                        IstioFamilies::closed,
                        each -> sums(SENT, each, TcpSeries::sentBytes),
                        each -> sums(RECEIVED, each, TcpSeries::receivedBytes))
                .map(family -> family.apply(view));
    }

    private record Ending(int status, int grpcStatus, ResponseFlag flag) {

        static Ending of(RequestSeries.Outcome outcome) {
            var alike =
                    Objects.requireNonNull(FLAGS.get(outcome.flag().letters()), "each has some");
            return new Ending(outcome.status(), outcome.grpcStatus(), alike.getFirst());
        }

        /** Empty where there is none. */
        String grpcLabel() {
            return grpcStatus == RequestSeries.NO_GRPC_STATUS ? "" : Integer.toString(grpcStatus);
        }
    }

    private static Family requests(StatsView view) {
        Family family = new Family(REQUESTS);
        view.requests()
                .forEach((labels, all) -> {
                    var counts =
                            new TreeMap<Ending, Long>(
                                    Comparator.comparingInt(Ending::status)
                                            .thenComparingInt(Ending::grpcStatus)
                                            .thenComparing(Ending::flag));
                    for (RequestSeries series : all) {
                        for (var outcome : series.outcomes()) {
                            counts.merge(Ending.of(outcome), outcome.count(), Long::sum);
                        }
                    }
                    counts.forEach((ending, count) ->
                            family.add(
                                    values(
                                            labels,
                                            Integer.toString(ending.status()),
                                            ending.grpcLabel(),
                                            ending.flag().letters()),
                                    count));
                });
        return family;
    }

    /** Of gRPC only: other requests have none to count. */
    private static Family messages(
            Metric metric, StatsView view, ToLongFunction<RequestSeries> part) {
        Family family = new Family(metric);
        view.requests()
                .forEach((labels, all) -> {
                    if (labels.protocol().equals("grpc")) {
                        family.add(values(labels), all.stream().mapToLong(part).sum());
                    }
                });
        return family;
    }

    private static Family histograms(
            Metric metric, StatsView view, Function<RequestSeries, Histogram> part) {
        Family family = new Family(metric);
        view.requests()
                .forEach((labels, all) -> {
                    var total = new HistogramTotal(part.apply(all.getFirst()));
                    all.forEach(series -> total.add(part.apply(series)));
                    family.add(values(labels), total);
                });
        return family;
    }

    private static Family sums(Metric metric, StatsView view, ToLongFunction<TcpSeries> part) {
        Family family = new Family(metric);
        view.connections()
                .forEach((labels, all) ->
                        family.add(values(labels), all.stream().mapToLong(part).sum()));
        return family;
    }

    private static Family closed(StatsView view) {
        Family family = new Family(CLOSED);
        view.connections()
                .forEach((labels, all) -> {
                    FLAGS.forEach((letters, flags) -> {
                        long count = flags.stream().mapToLong(flag -> closed(all, flag)).sum();
                        if (count > 0) {
                            family.add(values(labels, letters), count);
                        }
                    });
                });
        return family;
    }

    private static long closed(List<TcpSeries> all, ResponseFlag flag) {
        return all.stream().mapToLong(series -> series.closedCount(flag)).sum();
    }

    /** Label values in the order of {@link #PEERS}, then {@code more}. */
    private static List<String> values(SeriesLabels labels, String... more) {
        List<String> values = new ArrayList<>(PEERS.size() + more.length);
        PeerLabels source = labels.source();
        PeerLabels destination = labels.destination();
        values.add(labels.reporter().name().toLowerCase(Locale.ROOT));
        addPeer(values, source);
        addPeer(values, destination);
        values.add(labels.service());
        values.add(labels.serviceName());
        values.add(labels.serviceNamespace());
        values.add(labels.protocol());
        values.add(securityPolicy(labels));
        values.addAll(List.of(more));
        return values;
    }

    private static void addPeer(List<String> values, PeerLabels peer) {
        boolean known = !peer.workload().equals("unknown");
        values.add(peer.workload());
        values.add(peer.app().equals("unknown") ? peer.workload() : peer.app());
        values.add(peer.version().equals("unknown") ? "latest" : peer.version());
        values.add(peer.workloadNamespace());
        values.add(peer.principal());
        values.add(peer.app());
        values.add(peer.version());
        values.add(known ? CLUSTER_ID : "unknown");
    }

    private static String securityPolicy(SeriesLabels labels) {
        if (labels.mutualTls()) {
            return "mutual_tls";
        }
        return labels.reporter() == Reporter.DESTINATION ? "none" : "unknown";
    }
}
