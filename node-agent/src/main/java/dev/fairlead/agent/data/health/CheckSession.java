package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.stats.CheckStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.EndpointChecks.Verdict;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.PodContext;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod asks one endpoint: a check, an interval, a check. Its connections are its own and are not
 * counted as traffic.
 *
 * <p>Owner: the pod's worker loop.
 */
final class CheckSession {

    private static final Logger LOG = LoggerFactory.getLogger(CheckSession.class);

    private final SharedCheck shared;
    private final PodContext pod;
    private final HealthCheck check;
    private final String name;
    private final Cluster config;
    private final Endpoints endpoint;
    private final Counters<CheckStat> stats;
    private @Nullable PodCluster cluster;
    private @Nullable Probe probe;
    private @Nullable Future<?> timer;
    private boolean stopped;
    private boolean renews;
    private boolean shownHealthy;

    /** One question. Its outcome is told once, perhaps before {@code begin} returns. */
    interface Probe {
        void begin(PodCluster cluster, UpstreamHost host, Consumer<Outcome> ended);

        /** No outcome is wanted any more; its connection ends. */
        void abort();
    }

    CheckSession(
            SharedCheck shared,
            PodContext pod,
            Cluster cluster,
            Endpoint endpoint,
            HealthCheck check) {
        this.shared = shared;
        this.pod = pod;
        this.check = check;
        this.name = cluster.name();
        this.config = asked(cluster, check);
        this.endpoint = new Endpoints(config.edsName(), List.of(asked(endpoint)));
        this.stats = pod.stats().checks(pod.pod().uid(), cluster.statName());
    }

    /** The cluster as a check sees it: no limits, and the version of HTTP that is asked for. */
    private static Cluster asked(Cluster cluster, HealthCheck check) {
        boolean http2 =
                switch (check.kind()) {
                    case HealthCheck.Kind.Http http -> http.http2();
                    case HealthCheck.Kind.Grpc _ -> true;
                    case HealthCheck.Kind.Tcp _ -> false;
                };
        var policy =
                new TrafficPolicy(
                        LoadBalancing.DEFAULT,
                        CircuitBreakers.DEFAULT,
                        null,
                        null,
                        new ConnectionPool(
                                null, null, check.reusesConnection() ? 0 : 1, null, null));
        return new Cluster(
                cluster.name(),
                cluster.statName(),
                cluster.discovery(),
                cluster.edsName(),
                Cluster.LbPolicy.ROUND_ROBIN,
                cluster.connectTimeout(),
                cluster.transport(),
                http2 ? HttpProtocol.HTTP2 : HttpProtocol.HTTP1,
                0,
                cluster.proxyProtocol(),
                policy);
    }

    private static Endpoint asked(Endpoint endpoint) {
        InetSocketAddress address = endpoint.address();
        return new Endpoint(
                endpoint.healthPort() == 0
                        ? address
                        : new InetSocketAddress(address.getAddress(), endpoint.healthPort()),
                1,
                endpoint.mutualTls());
    }

    void start() {
        if (!stopped) {
            cluster = new PodCluster(pod.apart(), config, endpoint);
            show(shared.verdict());
            ask();
        }
    }

    private void ask() {
        PodCluster current = cluster;
        if (current == null) {
            return;
        }
        if (renews) { // a connection that has failed a check serves no other
            renews = false;
            current.close();
            current = new PodCluster(pod.apart(), config, endpoint);
            cluster = current;
        }
        stats.inc(CheckStat.ATTEMPT);
        current.install(config, endpoint); // connections that would now be made otherwise retire
        UpstreamHost host = current.pick(new PickContext(endpoint.list().getFirst().address()));
        Probe next =
                switch (check.kind()) {
                    case HealthCheck.Kind.Http http -> HttpProbe.of(http, name);
                    case HealthCheck.Kind.Tcp tcp -> new TcpProbe(tcp);
                    case HealthCheck.Kind.Grpc grpc -> GrpcProbe.of(grpc, name);
                };
        probe = next;
        timer = after(check.timeout(), () -> timedOut(next));
        if (host == null) {
            ended(next, Outcome.NOT_ASKED);
        } else {
            next.begin(current, host, outcome -> ended(next, outcome));
        }
    }

    private void timedOut(Probe late) {
        late.abort();
        ended(late, Outcome.NETWORK_FAILURE);
    }

    @SuppressWarnings("ReferenceEquality") // one that was aborted may say something yet
    private void ended(Probe one, Outcome outcome) {
        if (one != probe) {
            return;
        }
        probe = null;
        cancelTimer();
        switch (outcome) {
            case SUCCESS -> stats.inc(CheckStat.SUCCESS);
            case FAILURE -> stats.inc(CheckStat.FAILURE);
            case NETWORK_FAILURE -> {
                stats.inc(CheckStat.FAILURE);
                stats.inc(CheckStat.NETWORK_FAILURE);
                renews = true;
            }
            case NOT_ASKED -> {}
        }
        show(shared.ended(outcome));
        boolean well = outcome == Outcome.SUCCESS;
        timer =
                after(
                        (well ? check.interval() : check.unhealthyInterval()).plus(jitter()),
                        this::ask);
    }

    private void show(Verdict verdict) {
        boolean healthy = verdict == Verdict.HEALTHY;
        if (healthy != shownHealthy) {
            shownHealthy = healthy;
            stats.add(CheckStat.HEALTHY, healthy ? 1 : -1);
            LOG.debug(
                    "checked cluster={} endpoint={} healthy={}",
                    name,
                    endpoint.list().getFirst().address(),
                    healthy);
        }
    }

    private Duration jitter() {
        long most = check.jitter().toMillis();
        return most == 0 ? Duration.ZERO : Duration.ofMillis(pod.random().nextLong(most));
    }

    private Future<?> after(Duration delay, Runnable then) {
        return pod.loop().schedule(then, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** Another asks, or nobody. */
    void stop() {
        stopped = true;
        cancelTimer();
        Probe last = probe;
        probe = null;
        if (last != null) {
            last.abort();
        }
        show(Verdict.UNKNOWN);
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }
}
