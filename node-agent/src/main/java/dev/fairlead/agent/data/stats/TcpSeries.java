package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.model.request.ResponseFlag;

/**
 * istio_tcp_connections_opened_total, _closed_total, istio_tcp_sent_bytes_total and
 * _received_bytes_total of one set of labels.
 *
 * <p>Owner: one worker loop writes; any thread reads.
 */
public final class TcpSeries {

    private final SeriesLabels labels;
    private final CodeCounts closedByFlag = new CodeCounts();
    private long opened;
    private long sentBytes;
    private long receivedBytes;

    public TcpSeries(SeriesLabels labels) {
        this.labels = labels;
    }

    public void opened() {
        opened++;
    }

    public void closed(ResponseFlag flag) {
        closedByFlag.inc(flag.ordinal());
    }

    /** Bytes from the client on. */
    public void received(long bytes) {
        receivedBytes += bytes;
    }

    /** Bytes to the client. */
    public void sent(long bytes) {
        sentBytes += bytes;
    }

    public SeriesLabels labels() {
        return labels;
    }

    public long openedCount() {
        return opened;
    }

    public long closedCount(ResponseFlag flag) {
        return closedByFlag.count(flag.ordinal());
    }

    public long sentBytes() {
        return sentBytes;
    }

    public long receivedBytes() {
        return receivedBytes;
    }
}
