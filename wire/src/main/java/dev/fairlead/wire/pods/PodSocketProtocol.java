package dev.fairlead.wire.pods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests and answers of the pod socket.
 *
 * <p>{@code
 * {"op":"add","uid":…,"namespace":…,"name":…,"serviceAccount":…,"netns":"/run/netns/…","ips":[…]}}
 * is answered when the pod's rules, sockets and SVID are in place; {@code {"op":"remove","uid":…}}
 * when they are gone; {@code {"op":"list"}} at once; {@code {"op":"release"}} when no pod is left.
 * Both changes may be repeated: the second answers like the first. An answer is {@code {"ok":true}}
 * or {@code {"ok":false,"error":…,"retry":…}}.
 */
public final class PodSocketProtocol {

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private PodSocketProtocol() {}

    /** What is asked of the agent. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Add.class, name = "add"),
        @JsonSubTypes.Type(value = Remove.class, name = "remove"),
        @JsonSubTypes.Type(value = ListPods.class, name = "list"),
        @JsonSubTypes.Type(value = Release.class, name = "release")
    })
    public sealed interface Request permits Add, Remove, ListPods, Release {}

    /**
     * Enrol a pod. {@code exclusions} are the pod's capture annotations, as ports and CIDRs.
     *
     * @param netns path by which the agent can open the pod's network namespace
     * @param ips textual addresses, primary first
     * @param cni a CNI plugin asks: whether the pod is to be enrolled, its account and its
     *     exclusions are the control plane's to say
     * @param mesh the pod's own annotation fairlead.dev/mesh, where the plugin knows it
     */
    public record Add(
            String uid,
            String namespace,
            String name,
            String serviceAccount,
            String netns,
            List<String> ips,
            @Nullable Exclusions exclusions,
            boolean cni,
            @Nullable String mesh)
            implements Request {

        /** As one who runs pods asks, and knows all of it. */
        public Add(
                String uid,
                String namespace,
                String name,
                String serviceAccount,
                String netns,
                List<String> ips,
                @Nullable Exclusions exclusions) {
            this(uid, namespace, name, serviceAccount, netns, ips, exclusions, false, null);
        }
    }

    /** What is not captured of a pod: destination ports inwards and outwards, CIDRs outwards. */
    public record Exclusions(
            List<Integer> inboundPorts, List<Integer> outboundPorts, List<String> outboundCidrs) {

        public static final Exclusions NONE = new Exclusions(List.of(), List.of(), List.of());

        public Exclusions {
            inboundPorts = inboundPorts == null ? List.of() : List.copyOf(inboundPorts);
            outboundPorts = outboundPorts == null ? List.of() : List.copyOf(outboundPorts);
            outboundCidrs = outboundCidrs == null ? List.of() : List.copyOf(outboundCidrs);
        }
    }

    /**
     * Un-enrol a pod.
     *
     * @param gone its namespace is gone too, or about to be: nothing needs to be unmarked or
     *     drained first
     * @param netns only if this is the pod's namespace: a pod may have another one meanwhile; null:
     *     whatever it is
     */
    public record Remove(String uid, boolean gone, @Nullable String netns) implements Request {
        public Remove(String uid, boolean gone) {
            this(uid, gone, null);
        }
    }

    /** Ask for the enrolled pods. */
    public record ListPods() implements Request {}

    /** The mesh is removed from this node: let go of all pods, and take no more. */
    public record Release() implements Request {}

    /** The agent's answer. {@code retry}: the same request may succeed later. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            boolean ok, @Nullable String error, boolean retry, @Nullable List<PodState> pods) {

        public static Answer done() {
            return new Answer(true, null, false, null);
        }

        public static Answer failed(String error, boolean retry) {
            return new Answer(false, error, retry, null);
        }
    }

    /** One enrolled pod, as {@link ListPods} shows it. */
    public record PodState(String uid, String namespace, String name, boolean captured) {}

    public static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot write " + message, e);
        }
    }

    /** The request in {@code line}. IllegalArgumentException says what is wrong with it. */
    public static Request readRequest(String line) {
        return read(line, Request.class);
    }

    public static Answer readAnswer(String line) {
        return read(line, Answer.class);
    }

    private static <T> T read(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
