package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.upstream.EndpointChecks.Verdict;
import dev.fairlead.agent.data.upstream.EndpointChecks.Watch;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What a pod has heard of the checks of one endpoint.
 *
 * <p>Owner: the pod's worker loop; {@link #fails} may be read from anywhere.
 */
final class HostCheck {

    private final UpstreamHost host;
    private final ClusterChecks owner;
    private @Nullable Watch watch;
    private volatile boolean fails;

    /**
     * @param trusted taken for healthy until something is known
     */
    HostCheck(UpstreamHost host, ClusterChecks owner, boolean trusted) {
        this.host = host;
        this.owner = owner;
        this.fails = !trusted;
    }

    /** The endpoint is asked so from now on; until there is an answer it is as it was. */
    void begin(PodContext pod, Cluster cluster, Endpoint endpoint) {
        end();
        Watch begun = pod.checks().watch(pod, cluster, endpoint, this::heard);
        watch = begun;
        switch (begun.verdict()) {
            case UNKNOWN -> {}
            case HEALTHY -> fails = false;
            case FAILED -> fails = true;
        }
    }

    private void heard(Verdict verdict) {
        boolean before = fails;
        fails = verdict == Verdict.FAILED;
        if (watch != null) {
            owner.heard(host, before, fails);
        }
    }

    /** Whether requests should go elsewhere. */
    boolean fails() {
        return fails;
    }

    void end() {
        if (watch != null) {
            watch.end();
            watch = null;
        }
    }
}
