package dev.fairlead.lab.cluster;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node of the lab. Node N has the address 198.18.N.1, its pods 198.18.N.10 to .254.
 *
 * @param number 1 up
 * @param labels kubernetes.io/hostname is among them
 */
public record LabNode(String name, int number, Map<String, String> labels, Instant created) {

    public static final String HOSTNAME_LABEL = "kubernetes.io/hostname";
    private static final int MAX_NUMBER = 254;

    public LabNode {
        if (number < 1 || number > MAX_NUMBER) {
            throw new IllegalArgumentException("node number " + number);
        }
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.putIfAbsent(HOSTNAME_LABEL, name);
        all.putIfAbsent("kubernetes.io/os", "linux");
        labels = Ordered.copy(all);
    }

    /** The node with {@code more} labels; what it says of itself stays. */
    public LabNode labelled(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(more);
        all.putAll(labels);
        return new LabNode(name, number, all, created);
    }

    /** The node's own address. */
    public String address() {
        return podAddress(1);
    }

    /** The address of the pod with host part {@code host}. */
    public String podAddress(int host) {
        return "198.18." + number + "." + host;
    }

    /** The range of its pods. */
    public String podRange() {
        return "198.18." + number + ".0/24";
    }
}
