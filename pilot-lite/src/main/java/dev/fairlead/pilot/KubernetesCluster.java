package dev.fairlead.pilot;

import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.kubernetes.Leadership;
import dev.fairlead.kubernetes.LeaseLeadership;
import dev.fairlead.kubernetes.auth.TokenReviews;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.kubernetes.watch.ServerState;
import dev.fairlead.pilot.admission.Webhook;
import dev.fairlead.pilot.keys.Fetch;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.source.kubernetes.KubernetesSource;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.kubernetes.KubernetesStatusStore;
import dev.fairlead.wire.tokens.Authenticator;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.function.ToLongFunction;

/** A pilot's place in Kubernetes: its client of the API server, and whether it leads. */
final class KubernetesCluster implements Backing, AutoCloseable {

    private static final String LEASE = "fairlead-pilot";

    private final PilotConfig.Cluster.Kubernetes config;
    private final Fetch fetch;
    private final KubernetesClient client = KubernetesApi.tryingOnce("fairlead-pilot-lite");
    private final LeaseLeadership leadership;

    /**
     * @param fetch how issuers' keys are got
     */
    KubernetesCluster(PilotConfig.Cluster.Kubernetes config, Fetch fetch) {
        this.config = config;
        this.fetch = fetch;
        this.leadership = new LeaseLeadership(client, config.namespace(), LEASE, config.replica());
    }

    KubernetesClient client() {
        return client;
    }

    Leadership leadership() {
        return leadership;
    }

    /** Tells agents and replicas by their service account tokens. */
    Authenticator callers() {
        return new TokenReviews(
                client,
                new TokenReviews.Accounts(config.tokenAudience(), config.namespace()),
                Clock.systemUTC());
    }

    /** The validating webhook over {@code pilot}'s state. */
    Webhook webhook(Pilot pilot) {
        var reviews = pilot.metrics().webhookReviews;
        return new Webhook(
                config.webhookListen(),
                client,
                config.namespace(),
                leadership,
                pilot.latest(),
                (allowed, warned) ->
                        reviews.labels(!allowed ? "denied" : warned ? "warned" : "allowed").inc());
    }

    @Override
    public Opened open(PilotMetrics metrics, ToLongFunction<ClusterState> publish) {
        var kinds = new InstalledKinds();
        var server = new ServerState(Clock.systemUTC());
        var store = new KubernetesStatusStore(client, server, leadership, kinds, config.replica());
        store.start();
        return new Opened(
                store, new KubernetesSource(client, server, kinds, store, metrics, publish, fetch));
    }

    @Override
    public void close() {
        leadership.close();
        client.close();
    }
}
