package dev.fairlead.pilot.state;

/** Of a NetworkPolicy only which pods it selects: what it says is for who enforces it. */
public record NetworkPolicy(String namespace, LabelSelector pods) {

    public boolean selects(Pod pod) {
        return namespace.equals(pod.namespace()) && pods.matches(pod.labels());
    }
}
