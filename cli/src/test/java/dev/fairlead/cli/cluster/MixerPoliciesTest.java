package dev.fairlead.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.agent.control.xds.compile.ListenerCompiler;
import dev.fairlead.agent.control.xds.compile.Outcome;
import dev.fairlead.agent.data.policy.CheckedRequest;
import dev.fairlead.agent.data.policy.PodLimits;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.source.Analysis.Level;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Mixer's policies from YAML to the agent's answers, as the walk-throughs of their time had them.
 */
class MixerPoliciesTest {

    private static final String BOOKINFO =
            """
            apiVersion: v1
            kind: Service
            metadata: {namespace: default, name: ratings}
            spec: {clusterIP: 198.19.0.1, selector: {app: ratings}, ports: [{name: http, port: 9080}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {namespace: default, name: ratings, uid: ratings, labels: {app: ratings, version: v1}}
            spec: {nodeName: node-1, serviceAccountName: ratings}
            status: {phase: Running, podIP: 198.18.1.1}
            ---
            """;

    private long nanos;
    private final RequestChecks checks =
            new RequestChecks(
                    new PodLimits("ratings", new WorkerStats(), () -> nanos), new Random(1));

    private static Filter.Http filter(String policies) {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        Manifests.parse("test", BOOKINFO + policies, "default")
                .forEach(object -> objects.put(ObjectKey.of(object), object));
        Analysis.Result result = Analysis.of(objects);
        assertThat(result.findings()).noneMatch(finding -> finding.level() == Level.ERROR);
        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 0, 0, 0), MeshCompiler.compile(result.state()));
        var resource =
                Objects.requireNonNull(
                        Objects.requireNonNull(
                                        snapshot.agent("node-1", Profile.NEWEST)
                                                .get(ResourceType.LISTENER))
                                .get("inbound|ratings"));
        var outcome = new ListenerCompiler().compile(resource.name(), resource.body());
        if (!(outcome instanceof Outcome.Compiled<Listener>(Listener listener, var _))) {
            throw new AssertionError(outcome);
        }
        return listener.chains().stream()
                .filter(chain -> chain.name().startsWith("inbound|9080|"))
                .map(FilterChain::filter)
                .filter(Filter.Http.class::isInstance)
                .map(Filter.Http.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** {@code 200}, or status and body of the refusal. */
    private String ask(Filter.Http filter, Caller caller) {
        var stats = new WorkerStats().http("ratings", "http");
        RequestChecks.Denied denied =
                filter.manager().checks().isEmpty()
                        ? null
                        : checks.check(
                                filter.manager().checks(),
                                RoutePolicy.NONE,
                                new CheckedRequest(caller, caller),
                                stats);
        return denied == null ? "200" : denied.status() + " " + denied.body();
    }

    /** Who calls, and with which headers. */
    private record Caller(String address, Map<String, String> labels, Map<String, String> headers)
            implements RequestFacts, RequestView {

        static Caller of(String... labels) {
            Map<String, String> map = new HashMap<>();
            for (int i = 0; i < labels.length; i += 2) {
                map.put(labels[i], labels[i + 1]);
            }
            return new Caller("198.18.1.9", map, Map.of());
        }

        static Caller with(String header, String value) {
            return new Caller("198.18.1.9", Map.of("app", "reviews"), Map.of(header, value));
        }

        @Override
        public RequestView request() {
            return this;
        }

        @Override
        public InetAddress source() {
            return InetAddress.ofLiteral(address);
        }

        @Override
        public InetAddress destination() {
            return InetAddress.ofLiteral("198.18.1.1");
        }

        @Override
        public int destinationPort() {
            return 9080;
        }

        @Override
        public String serverName() {
            return "";
        }

        @Override
        public String principal() {
            return "spiffe://cluster.local/ns/default/sa/reviews";
        }

        @Override
        public Workload peer() {
            return new Workload(
                    "uid",
                    "default",
                    "reviews-1",
                    SpiffeId.parse(principal()),
                    labels,
                    List.of(source()),
                    "node-1",
                    true,
                    false,
                    "reviews",
                    List.of(),
                    Workload.Membership.UNTOLD);
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String path() {
            return "/ratings/1?x=y";
        }

        @Override
        public String authority() {
            return "ratings:9080";
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public @Nullable String header(String lowerCaseName) {
            return headers.get(lowerCaseName);
        }
    }

    private static String quota(String match, String source, String overrides) {
        return """
        apiVersion: config.istio.io/v1alpha2
        kind: handler
        metadata: {name: counter, namespace: istio-system}
        spec:
          compiledAdapter: memquota
          params:
            quotas:
            - {name: requestcount.instance.istio-system, maxAmount: 500, validDuration: 1s, overrides: [OVERRIDES]}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: instance
        metadata: {name: requestcount, namespace: istio-system}
        spec:
          compiledTemplate: quota
          params:
            dimensions:
              source: SOURCE
              destination: destination.labels["app"] | destination.service.name | "unknown"
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: QuotaSpec
        metadata: {name: count, namespace: istio-system}
        spec: {rules: [{quotas: [{charge: 1, quota: requestcount}]}]}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: QuotaSpecBinding
        metadata: {name: count, namespace: istio-system}
        spec:
          quotaSpecs: [{name: count, namespace: istio-system}]
          services: [{name: ratings, namespace: default}]
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: rule
        metadata: {name: quota, namespace: istio-system}
        spec:
          MATCH
          actions: [{handler: counter, instances: [requestcount]}]
        """
                .replace("MATCH", match)
                .replace("SOURCE", source)
                .replace("OVERRIDES", overrides);
    }

    private static final String TWO_IN_FIVE =
            "{dimensions: {destination: ratings}, maxAmount: 2, validDuration: 5s}";
    private static final String EXHAUSTED =
            "429 RESOURCE_EXHAUSTED:Quota is exhausted for: requestcount";
    private static final String FORWARDED = "request.headers[\"x-forwarded-for\"] | \"unknown\"";

    @Test
    void twoRequestsInFiveSeconds() {
        Filter.Http filter = filter(quota("", FORWARDED, TWO_IN_FIVE));
        Caller anybody = Caller.of("app", "reviews");
        assertThat(ask(filter, anybody)).isEqualTo("200");
        assertThat(ask(filter, anybody)).isEqualTo("200");
        assertThat(ask(filter, anybody)).isEqualTo(EXHAUSTED);
        assertThat(ask(filter, Caller.with("x-forwarded-for", "198.18.3.3")))
                .as("another source is counted apart")
                .isEqualTo("200");
        nanos += Duration.ofSeconds(5).toNanos();
        assertThat(ask(filter, anybody)).isEqualTo("200");
    }

    @Test
    void whoHasACookieIsNotCounted() {
        Filter.Http filter =
                filter(
                        quota(
                                "match: match(request.headers[\"cookie\"], \"session=*\") == false",
                                FORWARDED,
                                TWO_IN_FIVE));
        for (int i = 0; i < 9; i++) {
            assertThat(ask(filter, Caller.with("cookie", "session=abc"))).isEqualTo("200");
        }
        ask(filter, Caller.with("cookie", "other=abc"));
        ask(filter, Caller.of());
        assertThat(ask(filter, Caller.of())).isEqualTo(EXHAUSTED);
    }

    @Test
    void theFirstOverrideThatFitsHolds() {
        String overrides =
                "{dimensions: {destination: other}, maxAmount: 1, validDuration: 1s},"
                        + " {dimensions: {destination: ratings, source: reviews}, maxAmount: 1,"
                        + " validDuration: 1s}, "
                        + TWO_IN_FIVE;
        Filter.Http filter =
                filter(
                        quota(
                                "",
                                "source.labels[\"app\"] | source.workload.name | \"unknown\"",
                                overrides));
        assertThat(ask(filter, Caller.of("app", "reviews"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of("app", "reviews"))).isEqualTo(EXHAUSTED);
        assertThat(ask(filter, Caller.of())).as("known by its workload").isEqualTo(EXHAUSTED);
        assertThat(ask(filter, Caller.of("app", "sleep"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of("app", "sleep"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of("app", "sleep"))).isEqualTo(EXHAUSTED);
    }

    private static String refusal(String match, String old) {
        return """
        apiVersion: config.istio.io/v1alpha2
        kind: denier
        metadata: {name: refuser}
        spec: {status: {code: 7, message: Not allowed}}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: checknothing
        metadata: {name: request}
        spec:
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: rule
        metadata: {name: refuse}
        spec:
          match: MATCH
          actions: [{handler: refuser.denier, instances: [request.checknothing]}]
        """
                .replace("MATCH", match)
                .replace("denier", old);
    }

    @Test
    void callersAreRefusedByTheirLabels() {
        Filter.Http filter =
                filter(
                        refusal(
                                "destination.labels[\"app\"] == \"ratings\" &&"
                                        + " source.labels[\"app\"]==\"reviews\" &&"
                                        + " source.labels[\"version\"] == \"v3\"",
                                "denier"));
        assertThat(ask(filter, Caller.of("app", "reviews", "version", "v3")))
                .isEqualTo("403 PERMISSION_DENIED:refuser.default:Not allowed");
        assertThat(ask(filter, Caller.of("app", "reviews", "version", "v2"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of())).isEqualTo("200");
    }

    @Test
    void callersAreRefusedByTheirIdentityAndHeaders() {
        Filter.Http filter =
                filter(
                        refusal(
                                "source.user == \"cluster.local/ns/default/sa/reviews\" &&"
                                        + " ((request.headers[\"x-user\"] | \"\") == \"john\" ||"
                                        + " request.headers[\"x-user\"].startsWith(\"mad\"))",
                                "denier"));
        assertThat(ask(filter, Caller.with("x-user", "john"))).startsWith("403");
        assertThat(ask(filter, Caller.with("x-user", "madeline"))).startsWith("403");
        assertThat(ask(filter, Caller.with("x-user", "jason"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of())).isEqualTo("200");
    }

    @Test
    void aRuleForOthersIsNotWritten() {
        assertThat(
                        filter(refusal("destination.labels[\"app\"] == \"x\"", "denier"))
                                .manager()
                                .checks())
                .isEmpty();
    }

    private static String list(String params, String value, String match) {
        return """
        apiVersion: config.istio.io/v1alpha2
        kind: handler
        metadata: {name: list}
        spec: {compiledAdapter: listchecker, params: {PARAMS}}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: instance
        metadata: {name: entry}
        spec: {compiledTemplate: listentry, params: {value: 'VALUE'}}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: rule
        metadata: {name: check}
        spec:
          match: MATCH
          actions: [{handler: list, instances: [entry]}]
        """
                .replace("PARAMS", params)
                .replace("VALUE", value)
                .replace("MATCH", match);
    }

    @Test
    void whatIsNotInAWhitelistIsRefused() {
        Filter.Http filter =
                filter(
                        list(
                                "overrides: [v1, v2], blacklist: false",
                                "source.labels[\"version\"]",
                                "destination.labels[\"app\"] == \"ratings\""));
        assertThat(ask(filter, Caller.of("version", "v1"))).isEqualTo("200");
        assertThat(ask(filter, Caller.of("version", "v3")))
                .isEqualTo("403 PERMISSION_DENIED:list.default:v3 is not whitelisted");
        assertThat(ask(filter, Caller.of())).startsWith("403");
    }

    @Test
    void whatIsInABlacklistIsRefused() {
        Filter.Http filter =
                filter(
                        list(
                                "overrides: [198.18.0.0/20], blacklist: true, entryType: IP_ADDRESSES",
                                "source.ip | ip(\"0.0.0.0\")",
                                "source.labels[\"istio\"] != \"ingressgateway\""));
        assertThat(ask(filter, Caller.of()))
                .isEqualTo("403 PERMISSION_DENIED:list.default:198.18.1.9 is blacklisted");
        assertThat(ask(filter, Caller.of("istio", "ingressgateway"))).isEqualTo("200");
        assertThat(ask(filter, new Caller("198.19.9.9", Map.of(), Map.of()))).isEqualTo("200");
    }
}
