package dev.fairlead.agent.ops.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.agent.ops.lifecycle.Readiness.Condition;
import dev.fairlead.agent.ops.lifecycle.Readiness.State;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    private final Readiness readiness = new Readiness();

    @Test
    void isNotReadyBeforeAnyConditionIsKnown() {
        assertThat(readiness.isReady()).isFalse();
        assertThat(readiness.state()).isEqualTo(State.PRE_INITIALIZING);
    }

    @Test
    void isReadyWhenEveryConditionIsMet() {
        readiness.missing("xds", "waiting for pilot-lite at 198.18.0.2:15012");
        readiness.missing("certificates", "waiting for certificate of spiffe://x/ns/a/sa/b");
        assertThat(readiness.state()).isEqualTo(State.INITIALIZING);

        readiness.met("xds");
        assertThat(readiness.isReady()).isFalse();
        assertThat(readiness.missing())
                .containsExactly("waiting for certificate of spiffe://x/ns/a/sa/b");
        assertThat(readiness.conditions())
                .containsExactly(
                        new Condition(
                                "certificates", "waiting for certificate of spiffe://x/ns/a/sa/b"),
                        new Condition("xds", ""));

        readiness.met("certificates");
        assertThat(readiness.state()).isEqualTo(State.LIVE);
        assertThat(readiness.missing()).isEmpty();
    }

    @Test
    void aConditionThatLeftIsNotMissed() {
        readiness.met("xds");
        readiness.missing("pod a/b", "waiting");
        readiness.drop("pod a/b");
        assertThat(readiness.isReady()).isTrue();
    }

    @Test
    void isNeverReadyAgainOnceItDrains() {
        readiness.met("xds");
        readiness.drain();
        readiness.met("certificates");
        assertThat(readiness.isReady()).isFalse();
        assertThat(readiness.state()).isEqualTo(State.DRAINING);
    }

    @Test
    void whatIsMissingNeedsAReason() {
        assertThatThrownBy(() -> readiness.missing("xds", " "))
                .hasMessage("condition xds without a reason");
    }
}
