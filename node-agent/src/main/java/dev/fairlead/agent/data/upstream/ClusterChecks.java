package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.Cluster;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Active health checks of one cluster, where it asks for them, as one pod hears of them. The
 * endpoints that there are when a pod first uses the cluster are taken for healthy until something
 * is known; later ones get nothing before a check has succeeded.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ClusterChecks {

    /** Who is told that the health of endpoints has changed. */
    interface Heard {

        /** {@code host} has become healthy or unhealthy. */
        void changed(UpstreamHost host, boolean healthy);

        /** A check of {@code host}, which is healthy, has succeeded. */
        void succeeded(UpstreamHost host);
    }

    private final PodContext context;
    private final Heard listener;
    private @Nullable Cluster asked;
    private boolean began;

    ClusterChecks(PodContext context, Heard listener) {
        this.context = context;
        this.listener = listener;
    }

    /** Holds from now on for {@code hosts}, which are all. */
    void install(Cluster now, Collection<UpstreamHost> hosts) {
        if (now.policy().check() == null) {
            hosts.forEach(this::forget);
            asked = null;
            return;
        }
        boolean otherwise = asked == null || !asksAlike(asked, now);
        asked = now;
        for (UpstreamHost host : hosts) {
            HostCheck known = host.check();
            if (known == null) {
                known = new HostCheck(host, this, !began);
                host.check(known);
                known.begin(context, now, host.endpoint());
            } else if (otherwise || host.askedElsewhere()) {
                known.begin(context, now, host.endpoint());
            }
        }
        began = true;
    }

    private static boolean asksAlike(Cluster one, Cluster other) {
        return one.policy().check() != null
                && one.policy().check().equals(other.policy().check())
                && one.transport().equals(other.transport())
                && one.proxyProtocol() == other.proxyProtocol()
                && one.connectTimeout().equals(other.connectTimeout());
    }

    void heard(UpstreamHost host, boolean failedBefore, boolean fails) {
        if (failedBefore != fails) {
            listener.changed(host, !fails);
        }
        if (!fails) {
            listener.succeeded(host);
        }
    }

    /** It is gone, or of no more interest. */
    void forget(UpstreamHost host) {
        HostCheck check = host.check();
        if (check != null) {
            check.end();
            host.check(null);
        }
    }
}
