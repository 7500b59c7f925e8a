package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list beside the roots is followed. */
class RevocationWatchTest {

    private static final SpiffeId ID = new SpiffeId("cluster.local", "default", "a");
    private static final Instant LATER = Instant.now().plus(Duration.ofDays(1));

    @TempDir Path folder;

    private final TestAuthority root = new TestAuthority("root");
    private final Svid svid = root.svid(ID);
    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());
    private final AtomicInteger reconsidered = new AtomicInteger();

    @AfterEach
    void close() {
        tls.remove(ID);
    }

    @Test
    void comesChangesBreaksAndGoes() throws Exception {
        tls.install(svid);
        Path file = folder.resolve("ca-crl.pem");
        var watch =
                new RevocationWatch(
                        folder.resolve("root.pem"),
                        tls,
                        reconsidered::incrementAndGet,
                        Clock.systemUTC());
        watch.look();
        assertThat(tls.isRevoked(ID)).isFalse();

        Files.writeString(file, root.crl(LATER, svid.leaf()));
        watch.look();
        assertThat(tls.isRevoked(ID)).isTrue();
        assertThat(reconsidered).hasValue(1);

        Files.writeString(file, "broken");
        watch.look();
        assertThat(tls.isRevoked(ID)).as("the last good version").isTrue();

        Files.writeString(file, root.crl(LATER));
        watch.look();
        assertThat(tls.isRevoked(ID)).isFalse();

        Files.writeString(file, root.crl(LATER, svid.leaf()));
        watch.look();
        Files.delete(file);
        Files.createSymbolicLink(file, file.getFileName()); // leads to itself
        watch.look();
        assertThat(tls.isRevoked(ID)).as("what cannot be reached is not gone").isTrue();

        Files.delete(file);
        watch.look();
        assertThat(tls.isRevoked(ID)).isFalse();
        assertThat(reconsidered).hasValue(4);
    }
}
