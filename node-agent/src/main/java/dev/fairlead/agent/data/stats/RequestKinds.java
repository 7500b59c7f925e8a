package dev.fairlead.agent.data.stats;

import org.jspecify.annotations.Nullable;

/**
 * The series of requests between the same two, plain HTTP and gRPC apart; each is made when it is
 * first used, so that what never happens is never shown.
 *
 * <p>Owner: one worker loop.
 */
public final class RequestKinds {

    private final WorkerStats stats;
    private final SeriesLabels labels;
    private @Nullable RequestSeries http;
    private @Nullable RequestSeries grpc;

    /** {@code labels} of either; their protocol is that of plain HTTP. */
    public RequestKinds(WorkerStats stats, SeriesLabels labels) {
        this.stats = stats;
        this.labels = labels;
    }

    public SeriesLabels labels() {
        return labels;
    }

    public RequestSeries http() {
        RequestSeries series = http;
        if (series == null) {
            series = stats.requests(labels);
            http = series;
        }
        return series;
    }

    public RequestSeries grpc() {
        RequestSeries series = grpc;
        if (series == null) {
            series = stats.requests(labels.withProtocol("grpc"));
            grpc = series;
        }
        return series;
    }
}
