package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.model.request.ResponseFlag;

/**
 * istio_requests_total, istio_request_duration_milliseconds, istio_request_bytes and
 * istio_response_bytes of one set of labels.
 *
 * <p>Owner: one worker loop writes; any thread reads.
 */
public final class RequestSeries {

    private static final ResponseFlag[] FLAGS = ResponseFlag.values();

    private final SeriesLabels labels;
    private final CodeCounts outcomes = new CodeCounts();
    private final Histogram durationMillis = Histogram.ofMillis();
    private final Histogram requestBytes = Histogram.ofBytes();
    private final Histogram responseBytes = Histogram.ofBytes();

    public RequestSeries(SeriesLabels labels) {
        this.labels = labels;
    }

    /** Counts one ended request. Status 0: none was sent. */
    public void record(
            int status, ResponseFlag flag, long millis, long bytesReceived, long bytesSent) {
        outcomes.inc(status * FLAGS.length + flag.ordinal());
        durationMillis.record(millis);
        requestBytes.record(bytesReceived);
        responseBytes.record(bytesSent);
    }

    /** What was counted of one outcome. */
    public record Outcome(int status, ResponseFlag flag, long count) {}

    public Outcome[] outcomes() {
        int[] keys = outcomes.codes();
        Outcome[] all = new Outcome[keys.length];
        for (int i = 0; i < keys.length; i++) {
            int flag = keys[i] % FLAGS.length;
            all[i] = new Outcome(keys[i] / FLAGS.length, FLAGS[flag], outcomes.count(keys[i]));
        }
        return all;
    }

    public SeriesLabels labels() {
        return labels;
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
