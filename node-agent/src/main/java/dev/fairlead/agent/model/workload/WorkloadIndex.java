package dev.fairlead.agent.model.workload;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All workloads of the mesh, by UID and by address. */
public final class WorkloadIndex {

    public static final WorkloadIndex EMPTY = new WorkloadIndex(java.util.List.of());

    private final Map<String, Workload> byUid = new HashMap<>();
    private final Map<InetAddress, Workload> byAddress = new HashMap<>();

    public WorkloadIndex(Collection<Workload> workloads) {
        for (Workload workload : workloads) {
            byUid.put(workload.uid(), workload);
            workload.addresses().forEach(address -> byAddress.put(address, workload));
        }
    }

    public @Nullable Workload withUid(String uid) {
        return byUid.get(uid);
    }

    /** The workload that has {@code address} as its own, or null: never guessed. */
    public @Nullable Workload at(InetAddress address) {
        return byAddress.get(address);
    }

    public Collection<Workload> all() {
        return java.util.Collections.unmodifiableCollection(byUid.values());
    }
}
