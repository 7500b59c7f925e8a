package dev.fairlead.kubernetes.auth;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The API server over a fabric8 client, asked once and not for long: callers retry themselves. */
final class Fabric8ReviewApi implements ReviewApi {

    private static final int TIMEOUT_MILLIS = 5_000; // a call waits for it

    private final KubernetesClient client;

    Fabric8ReviewApi(KubernetesClient client) {
        this.client =
                client.newClient(
                                new RequestConfigBuilder()
                                        .withRequestTimeout(TIMEOUT_MILLIS)
                                        .withRequestRetryBackoffLimit(0)
                                        .build())
                        .adapt(KubernetesClient.class);
    }

    @Override
    public Review review(String token, String audience) throws IOException {
        TokenReview question =
                new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(audience)
                        .endSpec()
                        .build();
        try {
            return read(client.tokenReviews().create(question).getStatus());
        } catch (KubernetesClientException e) {
            // its message could quote the request, and so the token
            throw new IOException("token review: " + reason(e));
        }
    }

    private static Review read(@Nullable TokenReviewStatus status) {
        if (status == null || !Boolean.TRUE.equals(status.getAuthenticated())) {
            return new Review.Unknown();
        }
        var user = status.getUser();
        return user == null || user.getUsername() == null
                ? new Review.Unknown()
                : new Review.Known(
                        user.getUsername(),
                        Objects.requireNonNullElse(status.getAudiences(), List.of()),
                        Objects.requireNonNullElse(user.getExtra(), Map.of()));
    }

    /** By a list of one, so that the verb list is all that is needed of pods. */
    @Override
    public @Nullable BoundPod pod(String namespace, String name) throws IOException {
        try {
            List<Pod> found =
                    client.pods()
                            .inNamespace(namespace)
                            .withField("metadata.name", name)
                            .list()
                            .getItems();
            return found.isEmpty() ? null : bound(found.getFirst());
        } catch (KubernetesClientException e) {
            throw new IOException("pod " + namespace + "/" + name + ": " + reason(e));
        }
    }

    private static BoundPod bound(Pod pod) {
        return new BoundPod(
                pod.getMetadata().getUid(),
                Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), ""),
                Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""));
    }

    private static String reason(KubernetesClientException e) {
        Throwable cause = e.getCause();
        return e.getCode() > 0
                ? "the API server answers " + e.getCode()
                : "the API server cannot be asked: " + (cause == null ? "" : cause.toString());
    }
}
