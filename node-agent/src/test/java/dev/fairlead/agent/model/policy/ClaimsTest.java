package dev.fairlead.agent.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rules ask of a verified token. */
class ClaimsTest {

    private static final Map<String, Object> CLAIMS =
            Map.of(
                    "iss",
                    "me",
                    "groups",
                    List.of("a", "b"),
                    "level",
                    7,
                    "nested",
                    Map.of("roles", List.of("admin")));
    private static final ClaimTest A = text("a");

    /** A request of which only its token is known. */
    private record Bearer(@Nullable Map<String, Object> tokenPayload) implements RequestFacts {
        @Override
        public RequestView request() {
            return RequestView.NONE;
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
        public @Nullable String principal() {
            return null;
        }

        @Override
        public @Nullable Workload peer() {
            return null;
        }
    }

    private static ClaimTest text(String expected) {
        return new ClaimTest.Text(new StringMatcher.Exact(expected, false));
    }

    private static boolean matches(ClaimTest test, String... path) {
        return new Matcher.Claim(List.of(path), test).matches(new Bearer(CLAIMS));
    }

    @Test
    void textAndElementsOfLists() {
        ClaimTest element = new ClaimTest.Element(A);

        assertThat(matches(text("me"), "iss")).isTrue();
        assertThat(matches(text("you"), "iss")).isFalse();
        assertThat(matches(A, "groups")).as("a list is no text").isFalse();
        assertThat(matches(element, "groups")).isTrue();
        assertThat(matches(new ClaimTest.Element(text("c")), "groups")).isFalse();
        assertThat(matches(new ClaimTest.Element(text("me")), "iss")).as("text, no list").isFalse();
        assertThat(matches(text("7"), "level")).as("a number is no text").isFalse();
        assertThat(matches(new ClaimTest.Either(List.of(A, element)), "groups")).isTrue();
    }

    @Test
    void claimsInClaims() {
        assertThat(matches(new ClaimTest.Element(text("admin")), "nested", "roles")).isTrue();
        assertThat(matches(text("x"), "iss", "deeper")).isFalse();
        assertThat(matches(text("x"), "absent")).isFalse();
    }

    @Test
    void withoutATokenNothingMatches() {
        assertThat(new Matcher.Claim(List.of("iss"), text("me")).matches(new Bearer(null)))
                .isFalse();
    }
}
