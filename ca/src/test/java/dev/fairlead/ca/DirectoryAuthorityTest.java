package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.tokens.PrivateFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryAuthorityTest {

    private static final Duration LIFE = Duration.ofSeconds(60);

    @TempDir Path folder;

    private final HandClock clock = new HandClock();
    private final Authority second = Leaves.selfSignedRoot("cluster.local", clock.now);

    private DirectoryAuthority open() throws Exception {
        return new DirectoryAuthority(folder, "cluster.local", new Lifetimes(LIFE), clock);
    }

    private void replaceBy(Authority authority) throws Exception {
        for (var part : AuthorityPem.write(authority).entrySet()) {
            PrivateFile.write(folder.resolve(part.getKey()), part.getValue());
        }
    }

    @Test
    void nothingChangesWhileTheFolderIsAsItWas() throws Exception {
        DirectoryAuthority authority = open();

        assertThat(authority.look()).isFalse();
    }

    @Test
    void aNewRootIsTrustedAtOnceSignsAfterALifeAndTheOldOneLeavesAfterAnother() throws Exception {
        DirectoryAuthority authority = open();
        Authority first = authority.trust().present().authority();

        replaceBy(second);
        assertThat(authority.look()).isTrue();
        assertThat(authority.trust().present().authority()).isSameAs(first);
        assertThat(authority.trust().present().bundle())
                .containsExactly(second.certificate(), first.certificate());

        clock.forward(LIFE.minusMillis(1));
        assertThat(authority.look()).isFalse();

        clock.forward(Duration.ofMillis(1));
        assertThat(authority.look()).isTrue();
        assertThat(authority.trust().present().authority().certificate())
                .isEqualTo(second.certificate());
        assertThat(authority.trust().present().bundle()).contains(first.certificate());

        clock.forward(LIFE);
        assertThat(authority.look()).isTrue();
        assertThat(authority.trust().present().bundle()).containsExactly(second.certificate());
    }

    @Test
    void aRestartInBetweenStillTellsTheOldRoot() throws Exception {
        Authority first = open().trust().present().authority();
        replaceBy(second);

        assertThat(open().trust().present().bundle())
                .containsExactly(second.certificate(), first.certificate());
    }

    @Test
    void halfOfANewAuthorityChangesNothing() throws Exception {
        DirectoryAuthority authority = open();
        Authority first = authority.trust().present().authority();
        byte[] key = Objects.requireNonNull(AuthorityPem.write(second).get(AuthorityPem.KEY));

        PrivateFile.write(folder.resolve(AuthorityPem.KEY), key);
        assertThat(authority.look()).isFalse();
        Files.delete(folder.resolve(AuthorityPem.CERTIFICATE));
        assertThat(authority.look()).isFalse();

        assertThat(authority.trust().present().authority()).isSameAs(first);
        replaceBy(second);
        assertThat(authority.look()).isTrue();
    }

    @Test
    void aHistoryThatCannotBeReadIsNamed() throws Exception {
        open();
        Files.writeString(folder.resolve("roots.json"), "{", StandardCharsets.UTF_8);

        org.assertj.core.api.Assertions.assertThatThrownBy(this::open)
                .hasMessageContaining("roots.json: not a history of roots");
    }

    /** Turned by hand. */
    private static final class HandClock extends Clock {

        private Instant now = Instant.parse("2026-11-21T12:00:00Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
