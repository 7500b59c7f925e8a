package dev.fairlead.agent.control.node;

import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to become of one pod, by what runs and what the control plane says. */
sealed interface Wish {

    /** Captured, with this. */
    record Capture(Add add) implements Wish {}

    /** Not captured any more: it runs on without. */
    record Release() implements Wish {}

    /** Its network namespace is gone. */
    record Forget() implements Wish {}

    /** As it is: nothing is known that would change it. */
    record Leave() implements Wish {}

    /** How a pod stands with the enrolment. */
    enum Standing {
        /** Not enrolled. */
        ABSENT,
        /** Enrolled, or on its way in or out. */
        HELD,
        /** So, and its network namespace is gone. */
        GONE
    }

    /**
     * @param sandbox the pod as it runs; null: it is not seen to run
     * @param workload what the control plane says of it; null: nothing
     */
    static Wish of(@Nullable Sandbox sandbox, @Nullable Workload workload, Standing standing) {
        if (sandbox != null && workload != null && workload.membership().enrolled()) {
            // A pod whose sandbox is new is captured there; the old one goes with that.
            var addresses =
                    sandbox.addresses().isEmpty() ? workload.addresses() : sandbox.addresses();
            return addresses.isEmpty()
                    ? new Leave()
                    : new Capture(add(workload, sandbox.netns(), addresses));
        }
        return switch (standing) {
            case ABSENT -> new Leave();
            case GONE -> new Forget();
            // One that the control plane knows no more may still be ending: captured to its end.
            case HELD ->
                    workload == null || workload.membership().enrolled()
                            ? new Leave()
                            : new Release();
        };
    }

    /** The request that enrols a pod. */
    static Add add(Workload workload, Path netns, List<InetAddress> addresses) {
        var excluded = workload.membership().exclusions();
        return new Add(
                workload.uid(),
                workload.namespace(),
                workload.name(),
                workload.identity().serviceAccount(),
                netns.toString(),
                addresses.stream().map(InetAddress::getHostAddress).toList(),
                new Exclusions(
                        excluded.inboundPorts(),
                        excluded.outboundPorts(),
                        excluded.outboundCidrs()));
    }
}
