package dev.fairlead.agent.data.stats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everything that one worker loop counts, by pod and name. Handles are made when configuration is
 * installed or a destination is first used; the request path holds them.
 *
 * <p>Owner: one worker loop adds and writes; any thread reads.
 */
public final class WorkerStats {

    /**
     * Whose and which.
     *
     * @param pod UID of the pod that it is counted for
     * @param name what stands between the kind's prefix and the stat's own name
     */
    public record Key(String pod, String name) {}

    private final Map<Key, ClusterCounters> clusters = new ConcurrentHashMap<>();
    private final Map<Key, HttpCounters> http = new ConcurrentHashMap<>();
    private final Map<Key, Counters<TcpStat>> tcp = new ConcurrentHashMap<>();
    private final Map<Key, Counters<ListenerStat>> listeners = new ConcurrentHashMap<>();
    private final Map<SeriesLabels, RequestSeries> requests = new ConcurrentHashMap<>();
    private final Map<SeriesLabels, TcpSeries> connections = new ConcurrentHashMap<>();

    /** A cluster's counters with its responses by exact code and its latencies. */
    public record ClusterCounters(
            Counters<ClusterStat> counters, CodeCounts codes, Histogram requestMillis) {}

    /** An HTTP filter's counters with its responses by exact code. */
    public record HttpCounters(Counters<HttpStat> counters, CodeCounts codes) {}

    /** {@code name} is the cluster's stat name. */
    public ClusterCounters cluster(String pod, String name) {
        return clusters.computeIfAbsent(
                new Key(pod, name),
                _ ->
                        new ClusterCounters(
                                new Counters<>(ClusterStat.class),
                                new CodeCounts(),
                                Histogram.ofMillis()));
    }

    /** {@code prefix} is the filter's stat prefix. */
    public HttpCounters http(String pod, String prefix) {
        return http.computeIfAbsent(
                new Key(pod, prefix),
                _ -> new HttpCounters(new Counters<>(HttpStat.class), new CodeCounts()));
    }

    public Counters<TcpStat> tcp(String pod, String prefix) {
        return tcp.computeIfAbsent(new Key(pod, prefix), _ -> new Counters<>(TcpStat.class));
    }

    /** {@code direction}: inbound or outbound. */
    public Counters<ListenerStat> listener(String pod, String direction) {
        return listeners.computeIfAbsent(
                new Key(pod, direction), _ -> new Counters<>(ListenerStat.class));
    }

    public RequestSeries requests(SeriesLabels labels) {
        return requests.computeIfAbsent(labels, RequestSeries::new);
    }

    public TcpSeries connections(SeriesLabels labels) {
        return connections.computeIfAbsent(labels, TcpSeries::new);
    }

    public Map<Key, ClusterCounters> clusters() {
        return clusters;
    }

    public Map<Key, HttpCounters> http() {
        return http;
    }

    public Map<Key, Counters<TcpStat>> tcp() {
        return tcp;
    }

    public Map<Key, Counters<ListenerStat>> listeners() {
        return listeners;
    }

    public Map<SeriesLabels, RequestSeries> requestSeries() {
        return requests;
    }

    public Map<SeriesLabels, TcpSeries> tcpSeries() {
        return connections;
    }

    /** Forgets what was counted for a pod that is gone; Istio's series stay. */
    public void forget(String pod) {
        clusters.keySet().removeIf(key -> key.pod().equals(pod));
        http.keySet().removeIf(key -> key.pod().equals(pod));
        tcp.keySet().removeIf(key -> key.pod().equals(pod));
        listeners.keySet().removeIf(key -> key.pod().equals(pod));
    }
}
