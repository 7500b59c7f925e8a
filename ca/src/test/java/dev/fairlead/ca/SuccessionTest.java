package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuccessionTest {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration LIFE = Duration.ofHours(24);

    private final Authority first = Leaves.selfSignedRoot("cluster.local", START);
    private final Authority second = Leaves.selfSignedRoot("cluster.local", START);

    private static Succession at(
            Instant now, Authority signing, Authority wanted, RootHistory known) {
        return Succession.next(signing, wanted, known, now, LIFE);
    }

    private RootHistory started() {
        return at(START, first, first, RootHistory.NONE).roots();
    }

    @Test
    void aNewMeshBeginsAtOnce() {
        Succession begun = at(START, first, first, RootHistory.NONE);

        assertThat(begun.signing()).isSameAs(first);
        assertThat(begun.roots().roots()).containsExactly(first.certificate());
    }

    @Test
    void nothingChangesWhileNothingIsChanged() {
        assertThat(at(START.plus(LIFE), first, first, started()).roots()).isEqualTo(started());
    }

    @Test
    void aNewRootIsToldForOneLifeBeforeItSigns() {
        Instant change = START.plus(Duration.ofDays(10));
        Succession told = at(change, first, second, started());
        assertThat(told.signing()).isSameAs(first);
        assertThat(told.roots().roots()).containsExactly(second.certificate(), first.certificate());

        Succession almost = at(change.plus(LIFE).minusMillis(1), first, second, told.roots());
        assertThat(almost.signing()).isSameAs(first);
        assertThat(almost.roots()).isEqualTo(told.roots());

        Succession over = at(change.plus(LIFE), first, second, told.roots());
        assertThat(over.signing()).isSameAs(second);
        assertThat(over.roots().roots()).containsExactly(second.certificate(), first.certificate());

        Succession done = at(change.plus(LIFE).plus(LIFE), second, second, over.roots());
        assertThat(done.roots().roots()).containsExactly(second.certificate());
    }

    /** Two steps by hand, as with Istio: both roots in root-cert.pem first, the signer later. */
    @Test
    void aRootThatHasBeenToldLongEnoughSignsAtOnce() {
        Authority both =
                new Authority(
                        first.key(),
                        first.certificate(),
                        List.of(),
                        List.of(first.certificate(), second.certificate()));
        Succession told = at(START, first, both, started());
        assertThat(told.signing()).isEqualTo(both);

        assertThat(at(START.plus(LIFE), both, second, told.roots()).signing()).isSameAs(second);
    }

    @Test
    void aReplicaThatNoLongerHasTheOldKeySignsWithTheNewOne() {
        Succession told = at(START.plus(LIFE), second, second, started());

        assertThat(told.signing()).isSameAs(second);
        assertThat(told.roots().roots()).containsExactly(second.certificate(), first.certificate());
    }

    @Test
    void anEndedSignerWaitsForNobody() {
        Instant end = first.certificate().getNotAfter().toInstant();

        assertThat(at(end.plusSeconds(1), first, second, started()).signing()).isSameAs(second);
    }

    @Test
    void theHistoryIsWhatWasWritten() {
        RootHistory known = at(START.plus(LIFE), first, second, started()).roots();

        assertThat(RootHistory.parse(known.json())).isEqualTo(known);
    }
}
