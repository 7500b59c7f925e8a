package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PodCluster;
import org.jspecify.annotations.Nullable;

/** Where a call's messages and its end are counted: at its source and, if we are it, its end. */
final class GrpcCounts {

    private GrpcCounts() {}

    /** The messages since the last time: streams may go on for days. */
    static void messages(
            GrpcCall call,
            RequestKinds series,
            @Nullable PodCluster cluster,
            @Nullable DestinationAccount account) {
        long requests = call.takeRequests();
        long responses = call.takeResponses();
        series.grpc().messages(requests, responses);
        if (cluster != null) {
            messages(cluster.counters(), requests, responses);
        }
        if (account != null) {
            account.requests().grpc().messages(requests, responses);
            messages(account.cluster().counters(), requests, responses);
        }
    }

    private static void messages(Counters<ClusterStat> cluster, long requests, long responses) {
        cluster.add(ClusterStat.GRPC_REQUEST_MESSAGE_COUNT, requests);
        cluster.add(ClusterStat.GRPC_RESPONSE_MESSAGE_COUNT, responses);
    }

    /** A call that said no status counts in none of Envoy's three. */
    static void ended(
            GrpcCall call, @Nullable PodCluster cluster, @Nullable DestinationAccount account) {
        if (call.saidStatus() && cluster != null) {
            ended(cluster.counters(), call.status(0));
        }
        if (call.saidStatus() && account != null) {
            ended(account.cluster().counters(), call.status(0));
        }
    }

    private static void ended(Counters<ClusterStat> cluster, int status) {
        cluster.inc(ClusterStat.GRPC_TOTAL);
        cluster.inc(status == GrpcStatus.OK ? ClusterStat.GRPC_SUCCESS : ClusterStat.GRPC_FAILURE);
    }
}
