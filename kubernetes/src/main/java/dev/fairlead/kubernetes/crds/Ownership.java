package dev.fairlead.kubernetes.crds;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;

/** What is ours on a cluster carries one label. */
public final class Ownership {

    public static final String LABEL = "app.kubernetes.io/part-of";
    public static final String VALUE = "fairlead";

    private Ownership() {}

    public static boolean ours(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null && VALUE.equals(labels.get(LABEL));
    }
}
