package dev.fairlead.kubernetes.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kubernetes.auth.ReviewApi.BoundPod;
import dev.fairlead.wire.tokens.Caller;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenReviewsTest {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final List<String> OURS = List.of("fairlead");

    private final FakeReviewApi api = new FakeReviewApi();
    private Instant now = START;
    private final TokenReviews reviews =
            new TokenReviews(
                    api,
                    new TokenReviews.Accounts("fairlead", "fairlead-system"),
                    new TurnedClock(),
                    () -> Duration.between(START, now).toNanos());

    private final class TurnedClock extends Clock {
        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private String agent(String id) {
        return TestToken.of(TestToken.AGENT, "fairlead", START.plusSeconds(3600), id);
    }

    private static Map<String, String> bound(String node) {
        return Map.of("pod-name", "fairlead-agent-x", "pod-uid", "u1", "node-name", node);
    }

    @Test
    void theAgentIsItsNode() throws Exception {
        api.known(agent("1"), TestToken.AGENT, OURS, bound("node-1"));

        assertThat(reviews.callerOf(agent("1"))).isEqualTo(new Caller.Node("node-1"));
    }

    @Test
    void pilotIsPilot() throws Exception {
        String token = TestToken.of(TestToken.PILOT, "fairlead", START.plusSeconds(60), "1");
        api.known(token, TestToken.PILOT, OURS, Map.of());

        assertThat(reviews.callerOf(token)).isEqualTo(new Caller.Pilot());
    }

    /** Their own words disqualify these: the API server is not even asked. */
    @Test
    void tokensThatClaimNothingOfOursAreNobodysUnasked() throws Exception {
        Instant end = START.plusSeconds(3600);
        for (String token :
                List.of(
                        "",
                        "guess",
                        "a.b",
                        "a.b.c",
                        "a.b.c.d",
                        TestToken.raw("null"),
                        TestToken.raw("[]"),
                        TestToken.raw("{}"),
                        TestToken.raw("{\"sub\":7,\"aud\":[\"fairlead\"],\"exp\":99999999999}"),
                        TestToken.raw("{\"sub\":\"" + TestToken.AGENT + "\",\"exp\":1e400}"),
                        TestToken.of(TestToken.AGENT, "fairlead", START, "expired"),
                        TestToken.of(TestToken.AGENT, "https://kubernetes.default.svc", end, "aud"),
                        TestToken.of("system:serviceaccount:default:reviews", "fairlead", end, "s"),
                        TestToken.of(
                                "system:serviceaccount:evil:fairlead-agent", "fairlead", end, "ns"),
                        TestToken.of("system:node:node-1", "fairlead", end, "kubelet"),
                        agent("x".repeat(Claims.MAX_CHARS)))) {
            assertThat(reviews.callerOf(token)).as(token).isNull();
        }
        assertThat(api.reviews).hasValue(0);
    }

    @Test
    void aForgedTokenIsNobodys() throws Exception {
        assertThat(reviews.callerOf(agent("forged"))).isNull();
    }

    @Test
    void theReviewCountsNotTheTokensWord() throws Exception {
        api.known(agent("1"), "system:serviceaccount:default:reviews", OURS, bound("node-1"));
        api.known(agent("2"), TestToken.AGENT, List.of(), bound("node-1"));
        api.known(agent("3"), TestToken.AGENT, List.of("other"), bound("node-1"));
        api.known(agent("4"), TestToken.AGENT, OURS, Map.of("node-name", "node-1"));
        api.known(agent("5"), TestToken.AGENT, OURS, bound("a/b"));

        for (String id : List.of("1", "2", "3", "4", "5")) {
            assertThat(reviews.callerOf(agent(id))).as(id).isNull();
        }
    }

    @Test
    void withoutANodeClaimThePodIsLookedUpByItsUid() throws Exception {
        Map<String, String> pod = Map.of("pod-name", "fairlead-agent-x", "pod-uid", "u1");
        String key = "fairlead-system/fairlead-agent-x";
        api.known(agent("1"), TestToken.AGENT, OURS, pod);
        api.known(agent("2"), TestToken.AGENT, OURS, pod);
        api.known(agent("3"), TestToken.AGENT, OURS, pod);
        api.known(agent("4"), TestToken.AGENT, OURS, pod);

        assertThat(reviews.callerOf(agent("1"))).isNull(); // no such pod
        api.pods.put(key, new BoundPod("u2", "fairlead-agent", "node-2"));
        assertThat(reviews.callerOf(agent("2"))).isNull(); // its name is another's now
        api.pods.put(key, new BoundPod("u1", "default", "node-1"));
        assertThat(reviews.callerOf(agent("3"))).isNull();
        api.pods.put(key, new BoundPod("u1", "fairlead-agent", "node-1"));
        assertThat(reviews.callerOf(agent("4"))).isEqualTo(new Caller.Node("node-1"));
    }

    @Test
    void anAnswerHoldsForAMinute() throws Exception {
        api.known(agent("1"), TestToken.AGENT, OURS, bound("node-1"));
        reviews.callerOf(agent("1"));
        api.tokens.clear(); // the pod is deleted

        now = START.plus(TokenReviews.FRESH).minusMillis(1);
        assertThat(reviews.callerOf(agent("1"))).isNotNull();
        assertThat(api.reviews).hasValue(1);
        now = START.plus(TokenReviews.FRESH);
        assertThat(reviews.callerOf(agent("1"))).isNull();
    }

    @Test
    void anAnswerNeverOutlivesTheToken() throws Exception {
        String token = TestToken.of(TestToken.AGENT, "fairlead", START.plusSeconds(10), "short");
        api.known(token, TestToken.AGENT, OURS, bound("node-1"));
        assertThat(reviews.callerOf(token)).isNotNull();

        now = START.plusSeconds(10);

        assertThat(reviews.callerOf(token)).isNull();
    }

    @Test
    void anApiServerThatIsDownIsNoRefusal() throws Exception {
        api.known(agent("1"), TestToken.AGENT, OURS, bound("node-1"));
        api.down = true;

        assertThatThrownBy(() -> reviews.callerOf(agent("1"))).isInstanceOf(IOException.class);

        api.down = false;
        assertThat(reviews.callerOf(agent("1"))).isEqualTo(new Caller.Node("node-1"));
    }

    @Test
    void aFloodOfStrangeTokensIsBoundedAndLetsTheKnownThrough() throws Exception {
        api.known(agent("good"), TestToken.AGENT, OURS, bound("node-1"));
        reviews.callerOf(agent("good"));
        now = START.plus(TokenReviews.FRESH);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            try {
                reviews.callerOf(agent("flood" + i));
            } catch (IOException e) {
                refused++;
            }
        }

        assertThat(api.reviews.get()).isLessThanOrEqualTo(501);
        assertThat(refused).isGreaterThanOrEqualTo(4_500);
        assertThat(reviews.callerOf(agent("good"))).isEqualTo(new Caller.Node("node-1"));
    }
}
