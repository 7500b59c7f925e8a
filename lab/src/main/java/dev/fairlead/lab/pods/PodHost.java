package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.host.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;

/** What pods need of the lab that starts them. Called on the pods' own threads. */
public interface PodHost {

    /** Folder inside the lab, in memory, with a folder per pod. */
    Path podsFolder();

    /** Where containers write; on disk. */
    Path logFolder();

    /** Process whose mount namespace every container starts from. */
    long templatePid();

    /** Threads in the network namespace of {@code node}: probes come from there. */
    ExecutorService nodeThreads(String node);

    /** Default gateway of {@code node}'s pods: its own address. */
    String nodeAddress(String node);

    /** Environment every container of {@code namespace} gets. */
    java.util.Map<String, String> surroundings(String namespace);

    /**
     * Called when the pod's namespace is there and before its first container starts; returns when
     * the pod may.
     */
    void admit(PodLaunch pod, NetworkNamespace namespace) throws IOException, InterruptedException;

    /** Called when its last container ended, before its namespace goes. */
    void dismiss(PodLaunch pod) throws InterruptedException;

    /** Something about a pod changed: its runner's state is to be read again. */
    void changed();
}
