package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.ca.AuthorityPem.BadAuthority;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What has not changed is not read again. */
class KnownAuthorityTest {

    private static final Instant NOW = Instant.now();

    private final KnownAuthority known = new KnownAuthority();
    private final Map<String, byte[]> parts =
            AuthorityPem.write(Leaves.selfSignedRoot("cluster.local", NOW));

    private Authority read(Map<String, byte[]> parts, Instant at) throws BadAuthority {
        return known.read(parts, name -> name, at);
    }

    @Test
    void theSameBytesAreTheSameAuthority() throws Exception {
        Map<String, byte[]> again = new HashMap<>();
        parts.forEach((name, part) -> again.put(name, part.clone()));
        again.put(AuthorityPem.REVOKED, new byte[] {1});

        assertThat(read(again, NOW)).isSameAs(read(parts, NOW));
    }

    @Test
    void eachPartCounts() throws Exception {
        Authority before = read(parts, NOW);
        for (String name : parts.keySet()) {
            Map<String, byte[]> changed = new HashMap<>(parts);
            changed.put(name, "x".getBytes(StandardCharsets.US_ASCII));

            assertThatThrownBy(() -> read(changed, NOW)).hasMessageContaining(name);
        }
        assertThat(read(parts, NOW)).as("the last good one is kept").isSameAs(before);

        Map<String, byte[]> other = AuthorityPem.write(Leaves.selfSignedRoot("cluster.local", NOW));
        assertThat(read(other, NOW).certificate()).isNotEqualTo(before.certificate());
    }

    @Test
    void whatIsOverIsSaidToBe() throws Exception {
        read(parts, NOW);

        assertThatThrownBy(() -> read(parts, NOW.plus(Duration.ofDays(36500))))
                .isInstanceOf(BadAuthority.class)
                .hasMessageContaining("expired");
    }
}
