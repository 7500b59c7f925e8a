package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;

/**
 * Active health checks of a node: an endpoint that several pods use is asked once for all of them.
 *
 * <p>Thread-safe.
 */
public interface EndpointChecks {

    /** Nobody is asked. */
    EndpointChecks NONE =
            (_, _, _, _) ->
                    new Watch() {
                        @Override
                        public Verdict verdict() {
                            return Verdict.UNKNOWN;
                        }

                        @Override
                        public void end() {}
                    };

    /** What checks of an endpoint have come to. */
    enum Verdict {
        /** None has ended yet. */
        UNKNOWN,
        HEALTHY,
        FAILED
    }

    /** Who uses an endpoint. Called on its pod's loop. */
    interface Listener {

        /** What the last check that ended has led to; not every check is told. */
        void heard(Verdict verdict);
    }

    /** One pod's interest in one endpoint. */
    interface Watch {

        /** As it is now. */
        Verdict verdict();

        /** It ends. Called on the pod's loop; the listener hears no more. */
        void end();
    }

    /** {@code endpoint} of {@code cluster}, which has a check, is asked from now on. */
    Watch watch(PodContext pod, Cluster cluster, Endpoint endpoint, Listener listener);
}
