package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;

/**
 * Which pods a policy is for.
 *
 * @param namespace theirs; empty: every namespace's
 * @param selector their labels; empty: all
 * @param services of the policy's own namespace, by name: it is for what they lead to, and for the
 *     ports that they lead to; empty: for all ports
 */
public record PolicyTarget(String namespace, Map<String, String> selector, List<String> services) {

    public PolicyTarget {
        selector = Map.copyOf(selector);
        services = List.copyOf(services);
    }

    /** Whether it is for all ports of a pod. */
    public boolean selects(Pod pod) {
        return services.isEmpty()
                && isOf(pod.namespace())
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }

    /** Whether it is for the ports that a Service leads to. */
    public boolean names(Service service) {
        return isOf(service.namespace()) && services.contains(service.name());
    }

    private boolean isOf(String other) {
        return namespace.isEmpty() || namespace.equals(other);
    }
}
