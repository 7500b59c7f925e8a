package dev.fairlead.agent.data.stats;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

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
     * @param pod UID of the pod that it is counted for; empty: all that have left
     * @param name what stands between the kind's prefix and the stat's own name
     */
    public record Key(String pod, String name) {}

    /** An endpoint of a cluster, by the cluster's own name, as a pod sees it. */
    public record Endpoint(Key cluster, InetSocketAddress address) {}

    /** In place of a pod's UID: all pods that have left. */
    private static final String GONE = "";

    private final Map<Key, ClusterCounters> clusters = new ConcurrentHashMap<>();
    private final Map<Key, Counters<OutlierStat>> outliers = new ConcurrentHashMap<>();
    private final Map<Key, Counters<CheckStat>> checks = new ConcurrentHashMap<>();
    private final Map<Endpoint, EndpointState> endpoints = new ConcurrentHashMap<>();
    private final Map<Key, HttpCounters> http = new ConcurrentHashMap<>();
    private final Map<Key, RouteCounters> routes = new ConcurrentHashMap<>();
    private final Map<Key, Counters<TcpStat>> tcp = new ConcurrentHashMap<>();
    private final Map<Key, Counters<ListenerStat>> listeners = new ConcurrentHashMap<>();
    private final Map<Key, Counters<RateLimitStat>> rateLimits = new ConcurrentHashMap<>();
    private final Map<Key, Counters<ConnectionAccessStat>> access = new ConcurrentHashMap<>();
    private final Map<SeriesLabels, RequestSeries> requests = new ConcurrentHashMap<>();
    private final Map<SeriesLabels, TcpSeries> connections = new ConcurrentHashMap<>();

    /**
     * A cluster's counters with its responses by exact code and its times.
     *
     * @param retryCodes of answers that no client saw, as their requests were sent again
     * @param connectMillis how long connections took to be there
     * @param connectionMillis how long they lived
     */
    public record ClusterCounters(
            Counters<ClusterStat> counters,
            CodeCounts codes,
            CodeCounts retryCodes,
            Histogram requestMillis,
            Histogram connectMillis,
            Histogram connectionMillis) {

        ClusterCounters() {
            this(
                    new Counters<>(ClusterStat.class),
                    new CodeCounts(),
                    new CodeCounts(),
                    Histogram.ofMillis(),
                    Histogram.ofMillis(),
                    Histogram.ofMillis());
        }

        private void add(ClusterCounters other) {
            counters.addCounters(other.counters);
            codes.addAll(other.codes);
            retryCodes.addAll(other.retryCodes);
            requestMillis.addAll(other.requestMillis);
            connectMillis.addAll(other.connectMillis);
            connectionMillis.addAll(other.connectionMillis);
        }
    }

    /** A route's counters with its responses by exact code and how long they took. */
    public record RouteCounters(
            Counters<RouteStat> counters, CodeCounts codes, Histogram requestMillis) {

        private void add(RouteCounters other) {
            counters.addCounters(other.counters);
            codes.addAll(other.codes);
            requestMillis.addAll(other.requestMillis);
        }
    }

    /** An HTTP filter's counters with its responses by exact code, and what policies decided. */
    public record HttpCounters(
            Counters<HttpStat> counters, CodeCounts codes, PolicyCounts policies) {

        private void add(HttpCounters other) {
            counters.addCounters(other.counters);
            codes.addAll(other.codes);
            policies.addAll(other.policies);
        }
    }

    /** {@code name} is the cluster's stat name. */
    public ClusterCounters cluster(String pod, String name) {
        return clusters.computeIfAbsent(new Key(pod, name), _ -> new ClusterCounters());
    }

    /** Of a cluster whose failing endpoints are ejected. */
    public Counters<OutlierStat> outliers(String pod, String name) {
        return outliers.computeIfAbsent(new Key(pod, name), _ -> new Counters<>(OutlierStat.class));
    }

    /** Of a cluster whose endpoints are asked how they are, by this pod for all of the node. */
    public Counters<CheckStat> checks(String pod, String name) {
        return checks.computeIfAbsent(new Key(pod, name), _ -> new Counters<>(CheckStat.class));
    }

    /** The state of an endpoint can be looked at from now on. */
    public void watch(String pod, String cluster, InetSocketAddress address, EndpointState state) {
        endpoints.put(new Endpoint(new Key(pod, cluster), address), state);
    }

    /** No longer. */
    public void unwatch(
            String pod, String cluster, InetSocketAddress address, EndpointState state) {
        endpoints.remove(new Endpoint(new Key(pod, cluster), address), state);
    }

    /** {@code prefix} is the filter's stat prefix. */
    public HttpCounters http(String pod, String prefix) {
        return http.computeIfAbsent(
                new Key(pod, prefix),
                _ ->
                        new HttpCounters(
                                new Counters<>(HttpStat.class),
                                new CodeCounts(),
                                new PolicyCounts()));
    }

    /** {@code name} is {@code <virtual host>.route.<stat prefix>}. */
    public RouteCounters route(String pod, String name) {
        return routes.computeIfAbsent(
                new Key(pod, name),
                _ ->
                        new RouteCounters(
                                new Counters<>(RouteStat.class),
                                new CodeCounts(),
                                Histogram.ofMillis()));
    }

    public Counters<TcpStat> tcp(String pod, String prefix) {
        return tcp.computeIfAbsent(new Key(pod, prefix), _ -> new Counters<>(TcpStat.class));
    }

    /** {@code direction}: inbound or outbound. */
    public Counters<ListenerStat> listener(String pod, String direction) {
        return listeners.computeIfAbsent(
                new Key(pod, direction), _ -> new Counters<>(ListenerStat.class));
    }

    /** {@code prefix} is the limit's stat prefix. */
    public Counters<RateLimitStat> rateLimit(String pod, String prefix) {
        return rateLimits.computeIfAbsent(
                new Key(pod, prefix), _ -> new Counters<>(RateLimitStat.class));
    }

    /** Of what guards a pod's opaque connections; it has no name of its own. */
    public Counters<ConnectionAccessStat> access(String pod) {
        return access.computeIfAbsent(
                new Key(pod, ""), _ -> new Counters<>(ConnectionAccessStat.class));
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

    public Map<Key, Counters<OutlierStat>> outliers() {
        return outliers;
    }

    public Map<Key, Counters<CheckStat>> checks() {
        return checks;
    }

    public Map<Endpoint, EndpointState> endpoints() {
        return endpoints;
    }

    public Map<Key, HttpCounters> http() {
        return http;
    }

    public Map<Key, RouteCounters> routes() {
        return routes;
    }

    public Map<Key, Counters<TcpStat>> tcp() {
        return tcp;
    }

    public Map<Key, Counters<ListenerStat>> listeners() {
        return listeners;
    }

    public Map<Key, Counters<RateLimitStat>> rateLimits() {
        return rateLimits;
    }

    public Map<Key, Counters<ConnectionAccessStat>> access() {
        return access;
    }

    public Map<SeriesLabels, RequestSeries> requestSeries() {
        return requests;
    }

    public Map<SeriesLabels, TcpSeries> tcpSeries() {
        return connections;
    }

    /**
     * Lets go of a pod that is gone. What was counted for it goes on under no pod's name: a sum
     * over pods never falls, which Prometheus would take for a restart.
     */
    public void forget(String pod) {
        moveToGone(clusters, pod, gone -> cluster(GONE, gone), ClusterCounters::add);
        moveToGone(outliers, pod, gone -> outliers(GONE, gone), Counters::addCounters);
        moveToGone(checks, pod, gone -> checks(GONE, gone), Counters::addCounters);
        endpoints.keySet().removeIf(endpoint -> endpoint.cluster().pod().equals(pod));
        moveToGone(http, pod, gone -> http(GONE, gone), HttpCounters::add);
        moveToGone(routes, pod, gone -> route(GONE, gone), RouteCounters::add);
        moveToGone(tcp, pod, gone -> tcp(GONE, gone), Counters::addCounters);
        moveToGone(listeners, pod, gone -> listener(GONE, gone), Counters::addCounters);
        moveToGone(access, pod, _ -> access(GONE), Counters::addCounters);
        moveToGone(rateLimits, pod, gone -> rateLimit(GONE, gone), Counters::addCounters);
    }

    private static <C> void moveToGone(
            Map<Key, C> all, String pod, Function<String, C> goneOf, BiConsumer<C, C> add) {
        for (Key key : List.copyOf(all.keySet())) {
            if (key.pod().equals(pod)) {
                C gone = goneOf.apply(key.name());
                C last = all.remove(key);
                if (last != null) {
                    add.accept(gone, last);
                }
            }
        }
    }
}
