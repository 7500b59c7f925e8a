package dev.fairlead.lab.engine;

import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.mesh.Enrolment;
import dev.fairlead.lab.host.NetworkNamespace;
import dev.fairlead.lab.mesh.Mesh;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one pod is in the mesh, and the steps in and out. {@link #want} may be called by any
 * thread and returns at once; the steps are taken by one thread at a time, which holds the lock.
 */
final class Membership {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final Mesh mesh;
    private final NetworkNamespace namespace;

    private volatile PodLaunch pod;
    private volatile Enrolment wanted;
    private volatile boolean leaving;
    private volatile @Nullable Add taken; // what the agent has done; written under the lock

    Membership(Mesh mesh, NetworkNamespace namespace, PodLaunch pod, Enrolment wanted) {
        this.mesh = mesh;
        this.namespace = namespace;
        this.pod = pod;
        this.wanted = wanted;
        report(wanted);
    }

    /** What is wanted from now on. A running pod follows in the background. */
    void want(PodLaunch launch, Enrolment next, boolean running) {
        Enrolment before = wanted;
        pod = launch;
        wanted = next;
        if (before.equals(next)) {
            return;
        }
        report(next);
        if (running) {
            Thread.ofVirtual().name("mesh " + launch.key()).start(this::follow);
        }
    }

    private void report(Enrolment enrolment) {
        switch (enrolment) {
            case Enrolment.Invalid(String reason) -> log.warn("not enrolled reason=\"{}\"", reason);
            case Enrolment.Enrolled(var _, var _, List<String> warnings) ->
                    warnings.forEach(warning -> log.warn("{}", warning));
            case Enrolment.LeftAlone _ -> {}
        }
    }

    private void follow() {
        try {
            settle();
        } catch (IOException e) {
            log.warn("enrolment failed pod={}", pod.key(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it is as wanted. */
    boolean settled() {
        return leaving || Objects.equals(wantedRequest(), taken);
    }

    private @Nullable Add wantedRequest() {
        return wanted instanceof Enrolment.Enrolled in ? request(in) : null;
    }

    /** Takes the steps from what is to what is wanted; returns when both are the same. */
    synchronized void settle() throws IOException, InterruptedException {
        while (!leaving) {
            Add next = wantedRequest();
            if (Objects.equals(next, taken)) {
                return;
            }
            if (taken != null) {
                mesh.remove(pod.node(), pod.uid(), false);
                taken = null;
                log.info("left the mesh pod={}", pod.key());
            }
            if (next != null) {
                mesh.enrol(pod.node(), next);
                taken = next;
            }
        }
    }

    /** Its processes have ended. */
    synchronized void leave() throws IOException, InterruptedException {
        leaving = true;
        if (taken != null) {
            taken = null;
            mesh.remove(pod.node(), pod.uid(), true);
        }
    }

    private @Nullable Add request(Enrolment.Enrolled in) {
        if (!mesh.hasAgent(pod.node())) {
            return null;
        }
        return new Add(
                pod.uid(),
                pod.namespace(),
                pod.name(),
                pod.serviceAccount(),
                namespace.path().toString(),
                List.of(pod.ip()),
                in.exclusions());
    }
}
