package dev.fairlead.kubernetes.auth;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An API server that knows some tokens and pods, and counts what it is asked. */
final class FakeReviewApi implements ReviewApi {

    final Map<String, Review> tokens = new HashMap<>();
    final Map<String, BoundPod> pods = new HashMap<>();
    final AtomicInteger reviews = new AtomicInteger();
    boolean down;

    void known(String token, String user, List<String> audiences, Map<String, String> extra) {
        Map<String, List<String>> lists = new HashMap<>();
        extra.forEach((k, v) -> lists.put("authentication.kubernetes.io/" + k, List.of(v)));
        tokens.put(token, new Review.Known(user, audiences, lists));
    }

    @Override
    public Review review(String token, String audience) throws IOException {
        reviews.incrementAndGet();
        if (down) {
            throw new IOException("the API server is down");
        }
        return tokens.getOrDefault(token, new Review.Unknown());
    }

    @Override
    public @Nullable BoundPod pod(String namespace, String name) throws IOException {
        if (down) {
            throw new IOException("the API server is down");
        }
        return pods.get(namespace + "/" + name);
    }
}
