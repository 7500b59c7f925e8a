package dev.fairlead.pilot.status;

import dev.fairlead.wire.directory.ObjectKey;

/** Names of the objects in {@code status} that are not some applied object's. */
public final class StatusKeys {

    public static final String GROUP = "fairlead.dev";
    public static final String AGENT = "AgentStatus";
    public static final String CAPTURE = "PodCapture";

    /** Type of the condition by which a Kubernetes pod says whether it is captured. */
    public static final String CAPTURED_CONDITION = "fairlead.dev/captured";

    public static final ObjectKey PILOT = new ObjectKey(GROUP, "PilotStatus", "", "pilot");

    private StatusKeys() {}

    public static ObjectKey agent(String node) {
        return new ObjectKey(GROUP, AGENT, "", node);
    }

    public static ObjectKey capture(String namespace, String pod) {
        return new ObjectKey(GROUP, CAPTURE, namespace, pod);
    }
}
