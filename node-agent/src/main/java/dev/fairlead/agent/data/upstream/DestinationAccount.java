package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.http.ForwardedClientCert;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.StatusClass;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.WorkerStats.ClusterCounters;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.workload.LocalPod;
import org.jspecify.annotations.Nullable;

/**
 * What the destination's side says and counts of requests that took the short way, on the source's
 * loop (each loop has counters of its own; readers sum).
 *
 * @param clientCertificate x-forwarded-client-cert as the destination's side would have set it;
 *     null: bytes pass that have no headers
 * @param protocol that the destination's side would have asked the application in
 * @param proxyProtocol what the application's connections begin with
 * @param crossing the connection itself; null: it is always let in
 */
public record DestinationAccount(
        LocalPod destination,
        @Nullable ForwardedClientCert clientCertificate,
        HttpProtocol protocol,
        HttpCounters http,
        ClusterCounters cluster,
        RequestKinds requests,
        TcpSeries connections,
        ProxyProtocol proxyProtocol,
        @Nullable Crossing crossing) {

    /** One request ended; its caller records it in {@code requests} too. */
    public void ended(int status) {
        http.counters().inc(HttpStat.DOWNSTREAM_RQ_TOTAL);
        http.counters().inc(HttpStat.RQ_TOTAL);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TOTAL);
        if (status > 0) {
            StatusClass.count(http, status);
            StatusClass.count(cluster, status);
        }
    }
}
