package dev.fairlead.kubernetes.auth;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What {@link TokenReviews} asks the API server. Thread: any; blocks for seconds at most. */
interface ReviewApi {

    /** A pod, as far as it tells where its token may be used. */
    record BoundPod(String uid, String account, String node) {}

    Review review(String token, String audience) throws IOException;

    /** The pod of that name; null where there is none. */
    @Nullable BoundPod pod(String namespace, String name) throws IOException;
}
