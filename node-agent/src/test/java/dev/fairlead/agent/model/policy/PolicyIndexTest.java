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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An index finds what asking all policies in turn finds. */
class PolicyIndexTest {

    /** A request for {@code path} by {@code principal}. */
    private record Call(@Nullable String principal, String path) implements RequestFacts {
        @Override
        public RequestView request() {
            String asked = path;
            return new RequestView() {
                @Override
                public String method() {
                    return "GET";
                }

                @Override
                public String path() {
                    return asked;
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
            };
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

    private static @Nullable String inTurn(List<Policy> policies, RequestFacts facts) {
        for (Policy policy : policies) {
            if (policy.permissions().matches(facts) && policy.principals().matches(facts)) {
                return policy.name();
            }
        }
        return null;
    }

    @Provide
    Arbitrary<Matcher> matchers() {
        Arbitrary<Matcher> texts =
                Combinators.combine(
                                Arbitraries.of(
                                        new Attribute.Path(),
                                        new Attribute.Principal(),
                                        new Attribute.PrincipalNamespace()),
                                Arbitraries.of(
                                                "/a",
                                                "/b",
                                                "x",
                                                "y",
                                                "spiffe://td/ns/x/sa/s",
                                                "spiffe://td/ns/y/sa/s")
                                        .set()
                                        .ofMinSize(1)
                                        .ofMaxSize(3))
                        .as((of, set) -> new Matcher.OneOf(of, set));
        Arbitrary<Matcher> others =
                Arbitraries.of(
                        new Matcher.Any(),
                        new Matcher.Never(),
                        new Matcher.Authenticated(),
                        new Matcher.Text(
                                new Attribute.Path(), new StringMatcher.Prefix("/a", false)));
        return Arbitraries.lazyOf(
                () -> texts,
                () -> texts,
                () -> others,
                () -> matchers().list().ofMinSize(1).ofMaxSize(3).map(Matcher.AllOf::new),
                () -> matchers().list().ofMinSize(1).ofMaxSize(3).map(Matcher.AnyOf::new),
                () -> matchers().map(Matcher.Not::new));
    }

    @Provide
    Arbitrary<List<Policy>> policies() {
        return Combinators.combine(matchers(), matchers())
                .as((permissions, principals) -> new Policy("", permissions, principals))
                .list()
                .ofMaxSize(8)
                .map(list -> {
                    List<Policy> named = new ArrayList<>();
                    for (Policy each : list) {
                        named.add(
                                new Policy(
                                        "p" + named.size(), each.permissions(), each.principals()));
                    }
                    return named;
                });
    }

    @Property(tries = 2000)
    void theFirstInTurnIsFound(@ForAll("policies") List<Policy> policies) {
        Rbac rbac = new Rbac(Rbac.Action.ALLOW, policies);
        for (String path : List.of("/a", "/b?q", "/ab", "x")) {
            for (String namespace : List.of("x", "y", "z")) {
                Call call = new Call("spiffe://td/ns/" + namespace + "/sa/s", path);
                assertThat(rbac.matching(call)).isEqualTo(inTurn(policies, call));
            }
            Call stranger = new Call(null, path);
            assertThat(rbac.matching(stranger)).isEqualTo(inTurn(policies, stranger));
        }
    }

    @Test
    void onlyWhatCanMatchIsAsked() {
        int[] asked = {0};
        List<Policy> policies = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            policies.add(
                    new Policy(
                            "p" + i,
                            new Matcher.Text(
                                    new Attribute.Path(),
                                    _ -> {
                                        asked[0]++;
                                        return true;
                                    }),
                            new Matcher.OneOf(
                                    new Attribute.PrincipalNamespace(), Set.of("n" + i))));
        }
        Rbac rbac = new Rbac(Rbac.Action.ALLOW, policies);

        assertThat(rbac.matching(new Call("spiffe://td/ns/n999/sa/s", "/"))).isEqualTo("p999");
        assertThat(asked[0]).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "spiffe://td/ns/foo/sa/bar,foo",
                "spiffe://ns/ns/foo/sa/bar,foo",
                "spiffe://td/foo/ns/bar,-",
                "spiffe://td,-",
                "-,-",
            })
    void theNamespaceOfAPrincipal(@Nullable String principal, @Nullable String namespace) {
        assertThat(new Attribute.PrincipalNamespace().of(new Call(principal, "/")))
                .isEqualTo(namespace);
    }
}
