package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.outlier.OutlierMonitor;
import dev.fairlead.agent.data.stats.EndpointState;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster as one pod uses it: its connections, and what is under way.
 *
 * <p>Owner: the pod's worker loop; what it says as an EndpointState may be read from anywhere.
 */
public final class UpstreamHost implements Candidate, EndpointState {

    private Endpoint endpoint;
    private final HostPools pools = new HostPools();
    private int active;
    private int priority;
    private long healthySince = SETTLED;
    private @Nullable String hashKey;
    private @Nullable OutlierMonitor outliers;
    private @Nullable HostCheck check;
    private boolean askedElsewhere;
    private boolean left;
    @Nullable RequestKinds requestSeries;
    @Nullable TcpSeries tcpSeries;

    UpstreamHost(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    void become(Endpoint now, int nowPriority) {
        askedElsewhere =
                now.healthPort() != endpoint.healthPort()
                        || now.mutualTls() != endpoint.mutualTls();
        endpoint = now;
        priority = nowPriority;
    }

    /** It is no endpoint of its cluster any more, and will not be one again. */
    void leave() {
        left = true;
    }

    boolean hasLeft() {
        return left;
    }

    void healthySince(long nanos) {
        healthySince = nanos;
    }

    /** Labels may have changed: they are looked up again when next needed. */
    void forgetSeries() {
        requestSeries = null;
        tcpSeries = null;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public InetSocketAddress address() {
        return endpoint.address();
    }

    @Override
    public int active() {
        return active;
    }

    @Override
    public int weight() {
        return endpoint.weight();
    }

    @Override
    public Health health() {
        return ejected() || failsChecks() ? Health.UNHEALTHY : endpoint.health();
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public String hashKey() {
        String known = hashKey;
        if (known == null) {
            known = NetUtil.toSocketAddressString(address());
            hashKey = known;
        }
        return known;
    }

    @Override
    public long healthySince() {
        return healthySince;
    }

    @Nullable OutlierMonitor outliers() {
        return outliers;
    }

    /** Null: what comes of requests to it is not looked at. */
    void watch(@Nullable OutlierMonitor monitor) {
        outliers = monitor;
    }

    /** Whether its checks go another way since {@link #become}. */
    boolean askedElsewhere() {
        return askedElsewhere;
    }

    @Nullable HostCheck check() {
        return check;
    }

    /** Null: it is not asked how it is. */
    void check(@Nullable HostCheck now) {
        check = now;
    }

    @Override
    public boolean ejected() {
        OutlierMonitor monitor = outliers;
        return monitor != null && monitor.ejected();
    }

    @Override
    public boolean failsChecks() {
        HostCheck asked = check;
        return asked != null && asked.fails();
    }

    @Override
    public double successRate() {
        OutlierMonitor monitor = outliers;
        return monitor == null ? -1 : monitor.successRate();
    }

    @Override
    public double localOriginSuccessRate() {
        OutlierMonitor monitor = outliers;
        return monitor == null ? -1 : monitor.localOriginSuccessRate();
    }

    /** A request has a connection to it. */
    void reached() {
        if (outliers != null) {
            outliers.reached();
        }
    }

    /** An opaque connection to it is there. */
    void connected() {
        if (outliers != null) {
            outliers.connected();
        }
    }

    /**
     * No connection was to be had, or it ended before the answer did. Not every reason is the
     * endpoint's.
     */
    void failed(ResponseFlag why) {
        if (outliers != null) {
            switch (why) {
                case UPSTREAM_OVERFLOW, LOCAL_RESET, NOT_READY -> {}
                default -> outliers.failed();
            }
        }
    }

    /**
     * It has answered.
     *
     * @param grpc whether a gRPC call; one that has failed at once says so in its head
     */
    void answered(HttpResponse head, boolean grpc) {
        if (outliers != null) {
            int said = grpc ? GrpcStatus.read(head.headers()) : GrpcStatus.NONE;
            if (said == GrpcStatus.NONE) {
                outliers.answered(head.status().code());
            } else {
                outliers.answered(head.status().code(), GrpcStatus.toHttp(said));
            }
        }
    }

    /** It has not answered in time; the client gets {@code status}. */
    public void timedOut(int status) {
        if (outliers != null) {
            outliers.timedOut(status);
        }
    }

    void began() {
        active++;
    }

    void ended() {
        active--;
    }

    HostPools pools() {
        return pools;
    }

    boolean unused() {
        return active == 0 && pools.isEmpty();
    }
}
