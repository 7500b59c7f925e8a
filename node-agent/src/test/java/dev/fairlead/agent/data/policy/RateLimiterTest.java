package dev.fairlead.agent.data.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RateLimit.Action;
import dev.fairlead.agent.model.route.RateLimit.Bucket;
import dev.fairlead.agent.model.route.RateLimit.Descriptor;
import dev.fairlead.agent.model.route.RateLimit.Entry;
import dev.fairlead.agent.model.route.RateLimit.Part;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which buckets a request takes tokens from, and when they come back. The clock is ours. */
class RateLimiterTest {

    private static final Share ALL = new Share(100, 100);
    private static final Bucket TWO_IN_FIVE = new Bucket(2, 2, Duration.ofSeconds(5));
    private static final Bucket MANY = new Bucket(100, 100, Duration.ofSeconds(5));
    private static final Part CLIENT = new Part.Header("client", "x-client");
    private static final Part READS =
            new Part.HeadersMatch(
                    "kind",
                    "read",
                    true,
                    List.of(
                            new HeaderMatcher(
                                    ":path", new StringMatcher.Prefix("/r", false), false)));

    private long nanos;
    private final PodLimits limits = new PodLimits("uid", new WorkerStats(), () -> nanos);

    /** A request of a test. */
    private record Request(String path, Map<String, String> heads, @Nullable String principal)
            implements RequestFacts, RequestView {

        static Request get(String path) {
            return new Request(path, Map.of(), null);
        }

        static Request of(String client) {
            return new Request("/", Map.of("x-client", client), null);
        }

        @Override
        public RequestView request() {
            return this;
        }

        @Override
        public InetAddress source() {
            return InetAddress.ofLiteral("198.18.0.1");
        }

        @Override
        public InetAddress destination() {
            return InetAddress.ofLiteral("198.18.0.2");
        }

        @Override
        public int destinationPort() {
            return 80;
        }

        @Override
        public String serverName() {
            return "";
        }

        @Override
        public @Nullable Workload peer() {
            return null;
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String authority() {
            return "a";
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public @Nullable String header(String lowerCaseName) {
            return heads.get(lowerCaseName);
        }
    }

    private static RateLimit limit(
            @Nullable Bucket common, boolean always, List<Descriptor> rows, Part... parts) {
        return new RateLimit(
                "place",
                "limit",
                common,
                always,
                rows,
                2,
                parts.length == 0 ? List.of() : List.of(new Action(List.of(parts))),
                ALL,
                ALL,
                new RateLimit.Refusal(429, "", HeaderEdits.Side.NONE));
    }

    private static Descriptor row(Bucket bucket, String... keysAndValues) {
        List<Entry> entries = new java.util.ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            entries.add(new Entry(keysAndValues[i], keysAndValues[i + 1]));
        }
        return new Descriptor(entries, bucket);
    }

    private int allowed(RateLimit limit, Request request, int times) {
        int allowed = 0;
        for (int i = 0; i < times; i++) {
            allowed += limits.of(limit).allows(request) ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void tokensComeEvenlyAndNotBeyondTheBound() {
        RateLimit two = limit(TWO_IN_FIVE, true, List.of());

        assertThat(allowed(two, Request.get("/"), 5)).isEqualTo(2);
        nanos += Duration.ofMillis(2499).toNanos();
        assertThat(allowed(two, Request.get("/"), 5)).isZero();
        nanos += Duration.ofMillis(1).toNanos();
        assertThat(allowed(two, Request.get("/"), 5)).isEqualTo(1);
        nanos += Duration.ofHours(1).toNanos();
        assertThat(allowed(two, Request.get("/"), 5)).isEqualTo(2);
    }

    @Test
    void onlyWhatHasTheDescriptorIsLimited() {
        RateLimit reads = limit(null, true, List.of(row(TWO_IN_FIVE, "kind", "read")), READS);

        assertThat(allowed(reads, Request.get("/r?x"), 5)).isEqualTo(2);
        assertThat(allowed(reads, Request.get("/w"), 5)).isEqualTo(5);
    }

    @Test
    void eachOpenValueHasItsOwnBucketAndTheOldestMakesRoom() {
        RateLimit each = limit(null, true, List.of(row(TWO_IN_FIVE, "client", "")), CLIENT);

        assertThat(allowed(each, Request.of("a"), 3)).isEqualTo(2);
        assertThat(allowed(each, Request.of("b"), 3)).isEqualTo(2);
        assertThat(allowed(each, Request.of("a"), 1)).isZero();
        assertThat(allowed(each, Request.of("c"), 3)).isEqualTo(2); // b was asked longest ago
        assertThat(allowed(each, Request.of("a"), 1)).isZero();
        assertThat(allowed(each, Request.of("b"), 3)).isEqualTo(2);
        assertThat(allowed(each, Request.get("/"), 3)).isEqualTo(3); // no such header
    }

    @Test
    void aValueThatIsNamedComesBeforeTheOpenOne() {
        RateLimit some =
                limit(
                        null,
                        true,
                        List.of(row(TWO_IN_FIVE, "client", ""), row(MANY, "client", "vip")),
                        CLIENT);

        assertThat(allowed(some, Request.of("vip"), 50)).isEqualTo(50);
        assertThat(allowed(some, Request.of("a"), 50)).isEqualTo(2);
    }

    @Test
    void theCommonBucketCountsWhatADescriptorTakesIfItSaysSo() {
        List<Descriptor> rows = List.of(row(MANY, "kind", "read"));

        assertThat(allowed(limit(TWO_IN_FIVE, true, rows, READS), Request.get("/r"), 5))
                .isEqualTo(2);
        RateLimit apart = limit(TWO_IN_FIVE, false, rows, READS);
        assertThat(allowed(apart, Request.get("/r"), 5)).isEqualTo(5);
        assertThat(allowed(apart, Request.get("/w"), 5)).isEqualTo(2);
    }

    @Test
    void theStrictestBucketIsAskedFirst() {
        RateLimit both =
                new RateLimit(
                        "place",
                        "limit",
                        null,
                        true,
                        List.of(row(MANY, "client", "a"), row(TWO_IN_FIVE, "kind", "read")),
                        2,
                        List.of(new Action(List.of(CLIENT)), new Action(List.of(READS))),
                        ALL,
                        ALL,
                        new RateLimit.Refusal(429, "", HeaderEdits.Side.NONE));
        Request readOfA = new Request("/r", Map.of("x-client", "a"), null);

        assertThat(allowed(both, readOfA, 200)).isEqualTo(2);
        // what the strict one refused has cost the other nothing
        assertThat(allowed(both, Request.of("a"), 200)).isEqualTo(98);
    }

    @Test
    void callersAreKnownByWhatMutualTlsProved() {
        Part admins =
                new Part.PrincipalMatch(
                        "admin", com.google.re2j.Pattern.compile("^spiffe://[^/]+/ns/admin/"));
        RateLimit limit = limit(null, true, List.of(row(TWO_IN_FIVE, "admin", "false")), admins);

        assertThat(
                        allowed(
                                limit,
                                new Request("/", Map.of(), "spiffe://cluster.local/ns/a/sa/b"),
                                5))
                .isEqualTo(2);
        assertThat(
                        allowed(
                                limit,
                                new Request("/", Map.of(), "spiffe://cluster.local/ns/admin/sa/b"),
                                5))
                .isEqualTo(5);
        assertThat(allowed(limit, Request.get("/"), 5)).isEqualTo(5);
    }

    @Test
    void bucketsSurviveASnapshotThatLeavesTheirLimitAsItWas() {
        assertThat(allowed(limit(TWO_IN_FIVE, true, List.of()), Request.get("/"), 3)).isEqualTo(2);
        limits.install();
        assertThat(allowed(limit(TWO_IN_FIVE, true, List.of()), Request.get("/"), 1)).isZero();
        assertThat(allowed(limit(MANY, true, List.of()), Request.get("/"), 5)).isEqualTo(5);
    }

    /**
     * A bucket lets in no more than it holds and what has come since, and no less than one token of
     * that; whenever requests come.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsLetInIsWhatHasComeIn(long seed) {
        var random = new java.util.Random(seed);
        for (int round = 0; round < 200; round++) {
            long most = 1 + random.nextInt(20);
            long tokens = 1 + random.nextInt(20);
            Duration interval = Duration.ofMillis(50 + random.nextInt(10_000));
            nanos = random.nextLong() >> 12; // the clock may stand anywhere
            long begin = nanos;
            var bucket = new TokenBucket(new Bucket(most, tokens, interval), nanos);
            double cap = most;
            double model = most;
            for (int i = 0; i < 200; i++) {
                long step = random.nextInt(5) == 0 ? 0 : (long) (random.nextDouble() * 1e9);
                nanos += step;
                model = Math.min(cap, model + step / ((double) interval.toNanos() / tokens));
                boolean taken = bucket.take(nanos);
                if (taken) {
                    model -= 1;
                }
                double off = 1e-3;
                assertThat(model).as("seed %d, %d ns", seed, nanos - begin).isGreaterThan(-off);
                if (!taken) {
                    assertThat(model).isLessThan(1 + off);
                }
            }
        }
    }

    @Test
    void aConditionAndAFactOfTheCallerMakeADescriptor() {
        Part when =
                new Part.When(
                        "when",
                        "true",
                        new Matcher.Text(
                                new Matcher.Attribute.Path(),
                                new StringMatcher.Prefix("/r", false)));
        Part path = new Part.Peer("of", new Matcher.Attribute.Path());
        Part label = new Part.Peer("of", new Matcher.Attribute.PeerLabel("app"));
        RateLimiter limiter =
                limits.of(
                        limit(
                                null,
                                true,
                                List.of(
                                        row(
                                                new Bucket(1, 1, Duration.ofHours(1)),
                                                "when",
                                                "true",
                                                "of",
                                                "")),
                                when,
                                path));
        assertThat(limiter.allows(Request.get("/r"))).isTrue();
        assertThat(limiter.allows(Request.get("/r"))).isFalse();
        assertThat(limiter.allows(Request.get("/r2"))).isTrue();
        assertThat(limiter.allows(Request.get("/other"))).isTrue();
        assertThat(limiter.allows(Request.get("/other"))).isTrue();
        RateLimiter byLabel =
                limits.of(
                        limit(
                                null,
                                true,
                                List.of(row(new Bucket(1, 1, Duration.ofHours(1)), "of", "")),
                                label));
        assertThat(byLabel.allows(Request.get("/"))).as("nothing is known").isTrue();
        assertThat(byLabel.allows(Request.get("/"))).isTrue();
    }
}
