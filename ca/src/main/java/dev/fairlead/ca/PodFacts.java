package dev.fairlead.ca;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;

/** A pod as ca needs it; all else is dropped while it is decoded. */
@Group("")
@Version("v1")
@Kind("Pod")
@Plural("pods")
@JsonDeserialize(using = JsonDeserializer.None.class)
@JsonIgnoreProperties(ignoreUnknown = true)
@SuppressWarnings("NullAway.Init") // Jackson fills the fields
public final class PodFacts implements HasMetadata, Namespaced {

    private static final long serialVersionUID = 1;

    private ObjectMeta metadata = new ObjectMeta();
    private Spec spec = new Spec("", "");
    private Status status = new Status("");

    /** Where it runs, as whom. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(
            @JsonProperty("nodeName") String nodeName,
            @JsonProperty("serviceAccountName") String serviceAccountName) {
        public Spec {
            nodeName = nodeName == null ? "" : nodeName;
            serviceAccountName = serviceAccountName == null ? "" : serviceAccountName;
        }
    }

    /** Whether it has ended. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Status(@JsonProperty("phase") String phase) {
        public Status {
            phase = phase == null ? "" : phase;
        }
    }

    @Override
    public ObjectMeta getMetadata() {
        return metadata;
    }

    /** Keeps what an informer needs. */
    @Override
    public void setMetadata(ObjectMeta given) {
        metadata = new ObjectMeta();
        metadata.setNamespace(given.getNamespace());
        metadata.setName(given.getName());
        metadata.setUid(given.getUid());
        metadata.setResourceVersion(given.getResourceVersion());
    }

    public void setSpec(Spec spec) {
        this.spec = spec;
    }

    public void setStatus(Status status) {
        this.status = status;
    }

    @Override
    public void setApiVersion(String version) {
        // fixed by the annotations
    }

    PodIndex.Account account() {
        String name = spec.serviceAccountName();
        return new PodIndex.Account(metadata.getNamespace(), name.isEmpty() ? "default" : name);
    }

    String node() {
        return spec.nodeName();
    }

    /** Whether it is bound to a node and has not ended. */
    boolean lives() {
        return !spec.nodeName().isEmpty()
                && !status.phase().equals("Succeeded")
                && !status.phase().equals("Failed");
    }
}
