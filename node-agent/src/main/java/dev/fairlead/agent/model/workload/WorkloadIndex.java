package dev.fairlead.agent.model.workload;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All workloads of the mesh, by UID and by address, and which namespaces ask for capture. */
public final class WorkloadIndex {

    public static final WorkloadIndex EMPTY = new WorkloadIndex(java.util.List.of());

    private final Map<String, Workload> byUid = new HashMap<>();
    private final Map<InetAddress, Workload> byAddress = new HashMap<>();

    private final @Nullable Set<String> enrolledNamespaces;

    public WorkloadIndex(Collection<Workload> workloads) {
        this(workloads, null);
    }

    /**
     * @param enrolledNamespaces null: the control plane has not said
     */
    public WorkloadIndex(Collection<Workload> workloads, @Nullable Set<String> enrolledNamespaces) {
        this.enrolledNamespaces =
                enrolledNamespaces == null ? null : Set.copyOf(enrolledNamespaces);
        Set<InetAddress> shared = new HashSet<>();
        for (Workload workload : workloads) {
            byUid.put(workload.uid(), workload);
            for (InetAddress address : workload.addresses()) {
                Workload other = byAddress.put(address, workload);
                if (other != null && !other.uid().equals(workload.uid())) {
                    shared.add(address); // given to a new pod before the old one was forgotten
                }
            }
        }
        byAddress.keySet().removeAll(shared);
    }

    public @Nullable Workload withUid(String uid) {
        return byUid.get(uid);
    }

    /**
     * The workload that has {@code address} as its own, or null: never guessed. Of two that have
     * it, neither.
     */
    public @Nullable Workload at(InetAddress address) {
        return byAddress.get(address);
    }

    /** The namespaces whose pods are captured unless they say otherwise; null: not known. */
    public @Nullable Set<String> enrolledNamespaces() {
        return enrolledNamespaces;
    }

    public Collection<Workload> all() {
        return java.util.Collections.unmodifiableCollection(byUid.values());
    }
}
