package dev.fairlead.agent.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.policy.Matcher.Attribute;
import dev.fairlead.agent.model.policy.Rbac.Policy;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * What a decision costs with so many policies, each for the paths of one caller, in the form that
 * Istio's translation has. Run by {@code -Dtest=RbacBenchmark}; figures in docs/decisions.md.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RbacBenchmark {

    @Param({"10", "100", "1000"})
    int policies;

    private Rbac rules = new Rbac(Rbac.Action.ALLOW, List.of());
    private RequestFacts last = new Call("spiffe://td/ns/none/sa/a", "/");
    private final RequestFacts stranger = new Call("spiffe://td/ns/none/sa/a", "/api/1/7");

    @Setup
    public void rules() {
        List<Policy> list = new ArrayList<>();
        for (int i = 0; i < policies; i++) {
            list.add(
                    new Policy(
                            "policy-" + i,
                            new Matcher.AnyOf(
                                    List.of(
                                            new Matcher.OneOf(
                                                    new Attribute.Path(), Set.of("/status")),
                                            new Matcher.Text(
                                                    new Attribute.Path(),
                                                    new StringMatcher.Prefix(
                                                            "/api/" + i + "/", false)))),
                            new Matcher.OneOf(
                                    new Attribute.Principal(),
                                    Set.of("spiffe://td/ns/n" + i + "/sa/a"))));
        }
        rules = new Rbac(Rbac.Action.ALLOW, list);
        int end = policies - 1;
        last = new Call("spiffe://td/ns/n" + end + "/sa/a", "/api/" + end + "/7");
    }

    @Benchmark
    public boolean theLastPolicyAllows() {
        return rules.allows(last);
    }

    @Benchmark
    public boolean noPolicyAllows() {
        return rules.allows(stranger);
    }

    @Test
    void run() throws Exception {
        assertThat(
                        new Runner(
                                        new OptionsBuilder()
                                                .include(RbacBenchmark.class.getSimpleName())
                                                .forks(0)
                                                .warmupIterations(2)
                                                .warmupTime(TimeValue.seconds(1))
                                                .measurementIterations(3)
                                                .measurementTime(TimeValue.seconds(1))
                                                .build())
                                .run())
                .hasSize(6);
    }

    private record Call(String principal, String path) implements RequestFacts, RequestView {
        @Override
        public RequestView request() {
            return this;
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
            return null;
        }

        @Override
        public InetAddress source() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public InetAddress destination() {
            return InetAddress.getLoopbackAddress();
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
    }
}
