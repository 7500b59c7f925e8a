package dev.fairlead.pilot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTest {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private final Mint mint = new Mint(List.of("a.b.svc"), new SecureRandom());
    private final Material made = mint.begin(START);

    private static Step after(Duration time, Material material, String... bundles) {
        return Step.next(material, List.of(bundles), START.plus(time));
    }

    @Test
    void nothingIsThereAtFirst() {
        assertThat(Step.next(null, List.of(""), START)).isEqualTo(Step.BEGIN);
    }

    @Test
    void theConfigurationIsMadeToTrust() {
        Duration soon = Duration.ofSeconds(1);
        assertThat(after(soon, made, "")).isEqualTo(Step.TRUST);
        assertThat(after(soon, made, made.bundle(), "spoilt")).isEqualTo(Step.TRUST);
        assertThat(after(soon, made, made.bundle(), made.bundle())).isEqualTo(Step.NOTHING);
        assertThat(after(soon, made)).isEqualTo(Step.NOTHING); // nobody wants a webhook
    }

    @Test
    void aLeafIsRenewedAtTwoThirds() {
        String bundle = made.bundle();
        assertThat(after(Duration.ofDays(60).minusSeconds(1), made, bundle))
                .isEqualTo(Step.NOTHING);
        assertThat(after(Duration.ofDays(60).plusSeconds(1), made, bundle))
                .isEqualTo(Step.NEW_LEAF);
    }

    /** The whole change of an authority, as the leader walks it. */
    @Test
    void trustIsAheadOfWhatIsServed() {
        Duration late = Duration.ofDays(3650 - 364);
        Material fresh = mint.newLeaf(made, START.plus(late));
        assertThat(after(late, fresh, made.bundle())).isEqualTo(Step.NEW_AUTHORITY);

        Material both = mint.newAuthority(fresh, START.plus(late));
        assertThat(both.leaf()).isEqualTo(fresh.leaf());
        assertThat(both.authorities()).hasSize(2);
        assertThat(after(late, both, made.bundle())).isEqualTo(Step.TRUST);
        assertThat(after(late.plusSeconds(1), both, both.bundle())).isEqualTo(Step.NOTHING);

        Duration known = late.plusMinutes(2);
        assertThat(after(known, both, both.bundle())).isEqualTo(Step.NEW_LEAF);
        Material changed = mint.newLeaf(both, START.plus(known));
        assertThat(changed.leafIsItsOwn()).isTrue();
        assertThat(after(known.plusMinutes(59), changed, both.bundle())).isEqualTo(Step.NOTHING);
        assertThat(after(known.plusMinutes(61), changed, both.bundle())).isEqualTo(Step.DROP_OLDER);
    }

    @Test
    void anEndedAuthorityIsBegunAnew() {
        assertThat(after(Duration.ofDays(3651), made, made.bundle())).isEqualTo(Step.BEGIN);
    }

    @Test
    void theSecretIsWhatWasWritten() throws Exception {
        Material read = Material.read(made.write());

        assertThat(read.bundle()).isEqualTo(made.bundle());
        assertThat(read.leaf()).isEqualTo(made.leaf());
        assertThat(read.leafKey()).isEqualTo(made.leafKey());
        assertThat(read.authorityKey()).isEqualTo(made.authorityKey());
    }
}
