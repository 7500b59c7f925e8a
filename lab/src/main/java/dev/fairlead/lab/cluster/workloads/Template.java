package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.OwnerReference;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the pods of one object are made from.
 *
 * @param owner {@code Kind namespace/name} of the object, for messages
 * @param object the object itself
 * @param prefix of generated names
 * @param template metadata and spec of its pods
 * @param controller owner reference of its pods, null for a Pod of its own
 * @param hash of the template, and the label that carries it
 * @param finish last changes to each Pod object
 */
record Template(
        String owner,
        JsonNode object,
        String namespace,
        String prefix,
        JsonNode template,
        @Nullable OwnerReference controller,
        String hashLabel,
        String hash,
        Consumer<ObjectNode> finish) {

    static final String POD_TEMPLATE_HASH = "pod-template-hash";
    static final String REVISION_HASH = "controller-revision-hash";

    /** Of a ReplicaSet, DaemonSet, StatefulSet or Job. */
    static Template of(JsonNode object) {
        JsonNode template = Json.at(object, "spec.template");
        return new Template(
                display(object),
                object,
                Json.namespace(object),
                Json.name(object),
                template,
                reference(object),
                REVISION_HASH,
                Names.hash(template),
                pod -> {});
    }

    Template finishedBy(Consumer<ObjectNode> changes) {
        return new Template(
                owner, object, namespace, prefix, template, controller, hashLabel, hash, changes);
    }

    /** Of a Deployment: its pods belong to a ReplicaSet per template, which exists in name only. */
    static Template ofDeployment(JsonNode object) {
        JsonNode template = Json.at(object, "spec.template");
        String hash = Names.hash(template);
        String replicaSet = Json.name(object) + "-" + hash;
        return new Template(
                display(object),
                object,
                Json.namespace(object),
                replicaSet,
                template,
                new OwnerReference(
                        "apps/v1", "ReplicaSet", replicaSet, replicaSetUid(object, hash)),
                POD_TEMPLATE_HASH,
                hash,
                pod -> {});
    }

    /** Of a Pod that a user applied. */
    static Template ofPod(JsonNode pod) {
        return new Template(
                display(pod),
                pod,
                Json.namespace(pod),
                Json.name(pod),
                pod,
                null,
                "",
                "",
                done -> {});
    }

    private static String display(JsonNode object) {
        return Json.text(object, "kind") + " " + Json.namespace(object) + "/" + Json.name(object);
    }

    private static OwnerReference reference(JsonNode object) {
        return new OwnerReference(
                Json.text(object, "apiVersion"),
                Json.text(object, "kind"),
                Json.name(object),
                uid(object));
    }

    /** The object's UID, or one that follows from its name. */
    static String uid(JsonNode object) {
        String uid = Json.text(object, "metadata.uid");
        return uid.isEmpty() ? Names.uid(display(object)) : uid;
    }

    private static String replicaSetUid(JsonNode deployment, String hash) {
        return Names.uid(uid(deployment), hash);
    }

    JsonNode spec() {
        return template.path("spec");
    }

    boolean owns(PodState pod) {
        return owns(pod.launch());
    }

    boolean owns(PodLaunch pod) {
        if (controller == null) {
            return pod.uid().equals(uid(object));
        }
        if (hashLabel.equals(POD_TEMPLATE_HASH)) {
            String hashOfPod = pod.labels().getOrDefault(POD_TEMPLATE_HASH, "");
            return ownedBy(pod, replicaSetUid(object, hashOfPod));
        }
        return ownedBy(pod, controller.uid());
    }

    private static boolean ownedBy(PodLaunch pod, String uid) {
        return pod.ownerReferences().stream().anyMatch(owner -> owner.uid().equals(uid));
    }

    /** Whether {@code pod} was made from the template as it is now. */
    boolean current(PodState pod) {
        return hash.equals(pod.launch().labels().get(hashLabel));
    }

    /** The Pod object of one pod. */
    ObjectNode pod(String name, String uid, String node) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata");
        metadata.put("name", name).put("namespace", namespace).put("uid", uid);
        ObjectNode labels = metadata.putObject("labels");
        Json.labels(template).forEach(labels::put);
        Map<String, String> annotations = Json.annotations(template);
        if (!annotations.isEmpty()) {
            ObjectNode copy = metadata.putObject("annotations");
            annotations.forEach(copy::put);
        }
        if (controller != null) {
            metadata.put("generateName", prefix + "-");
            labels.put(hashLabel, hash);
            addOwner(metadata, controller);
        }
        ObjectNode spec = pod.putObject("spec");
        if (spec() instanceof ObjectNode given) {
            spec.setAll(given.deepCopy());
        }
        spec.put("nodeName", node);
        spec.put("serviceAccountName", account());
        spec.remove("serviceAccount");
        finish.accept(pod);
        return pod;
    }

    private static void addOwner(ObjectNode metadata, OwnerReference owner) {
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", owner.apiVersion())
                .put("kind", owner.kind())
                .put("name", owner.name())
                .put("uid", owner.uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    private String account() {
        return List.of("serviceAccountName", "serviceAccount").stream()
                .map(field -> spec().path(field).asText(""))
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("default");
    }
}
