package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import java.util.concurrent.CompletableFuture;

/** What carries the pods' connections. A pod that is not open is one without connections. */
public interface PodDataPlane {

    /** Opens the pod's listeners. Fails with a reason for people; then nothing is open. */
    CompletableFuture<?> open(LocalPod pod);

    /** Completes when a connection of the pod was seen to be captured; fails with the reason. */
    CompletableFuture<?> proveCapture(String uid);

    /** Connections that are held, in and out. */
    int connections(String uid);

    /** The pod is not captured any more: nothing but its own held connections may know of it. */
    void turnAway(String uid);

    /** Closes the listeners; held connections go on. */
    void stopAccepting(String uid);

    /** Closes all that is left of the pod, held connections too. */
    CompletableFuture<?> close(String uid);
}
