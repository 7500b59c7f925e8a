package dev.fairlead.kubernetes.auth;

import dev.fairlead.kubernetes.auth.Answers.Answer;
import dev.fairlead.kubernetes.auth.ReviewApi.BoundPod;
import dev.fairlead.wire.tokens.Authenticator;
import dev.fairlead.wire.tokens.Caller;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells callers by their projected service account tokens: the agent's account with the node that
 * its pod is bound to, and pilot-lite's account. Every other account, and every other audience, is
 * nobody.
 *
 * <p>The API server verifies each token, through TokenReview; its word holds for {@link #FRESH}. A
 * flood of strange tokens asks it no more than {@link #STRANGERS_PER_SECOND} a second, while tokens
 * that were good before have a budget of their own. Thread: any; concurrent questions about one
 * token are one.
 */
public final class TokenReviews implements Authenticator {

    private static final Logger log = LoggerFactory.getLogger(TokenReviews.class);

    /**
     * Whose tokens count.
     *
     * @param audience for which a token must have been made
     * @param namespace of the mesh's own service accounts
     */
    public record Accounts(String audience, String namespace) {
        String agent() {
            return "system:serviceaccount:" + namespace + ":" + AGENT;
        }

        String pilot() {
            return "system:serviceaccount:" + namespace + ":" + PILOT;
        }
    }

    static final Duration FRESH = Duration.ofSeconds(60);
    static final Duration FRESH_REFUSAL = Duration.ofSeconds(5); // a pod's account may just be made
    static final int STRANGERS_PER_SECOND = 100;
    private static final int MOST_ANSWERS = 16_384; // three tokens of each of 5,000 nodes
    private static final int AT_ONCE = 32;
    private static final Duration TURN = Duration.ofSeconds(2);
    private static final Duration WAIT = Duration.ofSeconds(14); // turn, review, pod: at most
    private static final String AGENT = "fairlead-agent";
    private static final String PILOT = "fairlead-pilot";
    private static final String NODE = "authentication.kubernetes.io/node-name";
    private static final String POD = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    private final ReviewApi api;
    private final Accounts accounts;
    private final Clock clock;
    private final Answers answers = new Answers(MOST_ANSWERS);
    private final Semaphore open = new Semaphore(AT_ONCE);
    private final Budget strangers;
    private final Budget known;
    private final Map<String, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();

    /** Asks by {@code client}, which stays the caller's to close. */
    public TokenReviews(KubernetesClient client, Accounts accounts, Clock clock) {
        this(new Fabric8ReviewApi(client), accounts, clock, System::nanoTime);
    }

    TokenReviews(ReviewApi api, Accounts accounts, Clock clock, LongSupplier nanoTime) {
        this.api = api;
        this.accounts = accounts;
        this.clock = clock;
        // bursts: every agent of a large cluster comes back at once when a replica is replaced
        strangers = new Budget(5.0 * STRANGERS_PER_SECOND, STRANGERS_PER_SECOND, nanoTime);
        known = new Budget(10.0 * STRANGERS_PER_SECOND, 2.0 * STRANGERS_PER_SECOND, nanoTime);
    }

    @Override
    public @Nullable Caller callerOf(String token) throws IOException {
        Claims claims = Claims.of(token);
        Instant now = clock.instant();
        if (claims == null || !plausible(claims, now)) {
            return null;
        }
        String hash = sha256(token);
        Answer last = answers.get(hash);
        if (last != null && now.isBefore(last.freshUntil())) {
            return last.caller();
        }
        return ask(token, hash, claims, last != null && now.isBefore(last.knownUntil()));
    }

    /** Whether the token claims to be one of ours at all. */
    private boolean plausible(Claims claims, Instant now) {
        return claims.expires().isAfter(now)
                && claims.audiences().contains(accounts.audience())
                && (claims.subject().equals(accounts.agent())
                        || claims.subject().equals(accounts.pilot()));
    }

    private @Nullable Caller ask(String token, String hash, Claims claims, boolean wasGood)
            throws IOException {
        var mine = new CompletableFuture<Answer>();
        CompletableFuture<Answer> other = asked.putIfAbsent(hash, mine);
        if (other != null) {
            return await(other).caller();
        }
        try {
            if (!(wasGood ? known : strangers).take()) {
                throw new IOException("too many tokens to be reviewed at once");
            }
            Caller caller = reviewInTurn(token);
            Answer answer = answer(caller, claims);
            answers.put(hash, answer);
            mine.complete(answer);
            return caller;
        } catch (IOException | RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            asked.remove(hash, mine);
        }
    }

    private static Answer await(CompletableFuture<Answer> other) throws IOException {
        try {
            return other.get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the review of this token failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Answer answer(@Nullable Caller caller, Claims claims) {
        Instant now = clock.instant();
        if (caller == null) {
            return new Answer(null, now.plus(FRESH_REFUSAL), now);
        }
        Instant end = claims.expires();
        Instant fresh = now.plus(FRESH);
        return new Answer(caller, fresh.isBefore(end) ? fresh : end, end);
    }

    /** At most {@link #AT_ONCE} questions are open, however slow the API server is. */
    private @Nullable Caller reviewInTurn(String token) throws IOException {
        try {
            if (!open.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("too many token reviews are open");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            return review(token);
        } finally {
            open.release();
        }
    }

    private @Nullable Caller review(String token) throws IOException {
        return switch (api.review(token, accounts.audience())) {
            case Review.Unknown() -> null;
            // an authenticator that knows no audiences names none: its word is not enough
            case Review.Known(String user, var audiences, var _)
                    when !audiences.contains(accounts.audience()) -> {
                log.warn("token refused user={} reason=\"audiences {}\"", user, audiences);
                yield null;
            }
            case Review.Known(String user, var _, var extra) -> {
                if (user.equals(accounts.pilot())) {
                    yield new Caller.Pilot();
                }
                yield user.equals(accounts.agent()) ? agent(extra) : null;
            }
        };
    }

    /** The agent on the node to which the token's pod is bound. */
    private @Nullable Caller agent(Map<String, List<String>> extra) throws IOException {
        String pod = one(extra, POD);
        String uid = one(extra, POD_UID);
        if (pod.isEmpty() || uid.isEmpty()) {
            log.warn("token refused user={} reason=\"bound to no pod\"", accounts.agent());
            return null;
        }
        String node = one(extra, NODE);
        if (node.isEmpty()) { // an API server older than 1.30
            node = nodeOf(pod, uid);
        }
        return node.isEmpty() || node.contains("/") ? null : new Caller.Node(node);
    }

    private String nodeOf(String name, String uid) throws IOException {
        BoundPod pod = api.pod(accounts.namespace(), name);
        if (pod == null || !pod.uid().equals(uid) || !pod.account().equals(AGENT)) {
            log.warn("token refused pod={} uid={} reason=\"no such agent pod\"", name, uid);
            return "";
        }
        return pod.node();
    }

    private static String one(Map<String, List<String>> extra, String key) {
        List<String> values = extra.getOrDefault(key, List.of());
        return values.size() == 1 ? values.getFirst() : "";
    }

    private static String sha256(String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(digest.digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
