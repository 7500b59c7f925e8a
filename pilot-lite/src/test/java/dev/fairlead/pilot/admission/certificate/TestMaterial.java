package dev.fairlead.pilot.admission.certificate;

import dev.fairlead.wire.tokens.LiveKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/** A certificate for a webhook in this process, and who trusts it. */
public record TestMaterial(LiveKey key, String bundle) {

    public static TestMaterial of(String name) {
        Material made = new Mint(List.of(name), new SecureRandom()).begin(Instant.now());
        return new TestMaterial(new LiveKey(made.leafKey(), List.of(made.leaf())), made.bundle());
    }
}
