package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.model.request.ResponseFlag;

/**
 * istio_requests_total, istio_request_duration_milliseconds, istio_request_bytes,
 * istio_response_bytes and, of gRPC, istio_request_messages_total and istio_response_messages_total
 * of one set of labels.
 *
 * <p>Owner: one worker loop writes; any thread reads.
 */
public final class RequestSeries {

    /** In place of a gRPC status: it is no call, or ended without one. */
    public static final int NO_GRPC_STATUS = -2;

    private static final ResponseFlag[] FLAGS = ResponseFlag.values();
    private static final int HTTP_STATUSES = 1000;

    private final SeriesLabels labels;
    private final CodeCounts outcomes = new CodeCounts();
    private final Histogram durationMillis = Histogram.ofMillis();
    private final Histogram requestBytes = Histogram.ofBytes();
    private final Histogram responseBytes = Histogram.ofBytes();
    private long requestMessages;
    private long responseMessages;

    public RequestSeries(SeriesLabels labels) {
        this.labels = labels;
    }

    /** Counts one ended request that was no gRPC call. Status 0: none was sent. */
    public void record(
            int status, ResponseFlag flag, long millis, long bytesReceived, long bytesSent) {
        record(status, NO_GRPC_STATUS, flag, millis, bytesReceived, bytesSent);
    }

    /**
     * Counts one ended request.
     *
     * @param grpcStatus 0 to 16, -1 for what was said and is none, or {@link #NO_GRPC_STATUS}
     */
    public void record(
            int status,
            int grpcStatus,
            ResponseFlag flag,
            long millis,
            long bytesReceived,
            long bytesSent) {
        int statuses = (grpcStatus - NO_GRPC_STATUS) * HTTP_STATUSES + status;
        outcomes.inc(statuses * FLAGS.length + flag.ordinal());
        durationMillis.record(millis);
        requestBytes.record(bytesReceived);
        responseBytes.record(bytesSent);
    }

    /** Counts gRPC messages from the client and to it. */
    public void messages(long requests, long responses) {
        requestMessages += requests;
        responseMessages += responses;
    }

    /** What was counted of one outcome. */
    public record Outcome(int status, int grpcStatus, ResponseFlag flag, long count) {}

    public Outcome[] outcomes() {
        int[] keys = outcomes.codes();
        Outcome[] all = new Outcome[keys.length];
        for (int i = 0; i < keys.length; i++) {
            int statuses = keys[i] / FLAGS.length;
            all[i] =
                    new Outcome(
                            statuses % HTTP_STATUSES,
                            statuses / HTTP_STATUSES + NO_GRPC_STATUS,
                            FLAGS[keys[i] % FLAGS.length],
                            outcomes.count(keys[i]));
        }
        return all;
    }

    public SeriesLabels labels() {
        return labels;
    }

    public long requestMessages() {
        return requestMessages;
    }

    public long responseMessages() {
        return responseMessages;
    }

    public Histogram durationMillis() {
        return durationMillis;
    }

    public Histogram requestBytes() {
        return requestBytes;
    }

    public Histogram responseBytes() {
        return responseBytes;
    }
}
