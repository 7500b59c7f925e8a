package dev.fairlead.pilot.validate;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The target on its seeds and on seeds with a few characters changed. */
class MeshSettingsFuzzTest {

    private static final String ODD = "\n\r\t :-?[]{}#&*!|>'\"%@`,0a~\\\u0000\u0085\u00ff";

    @Test
    void changedSeedsAreAcceptedOrRefused() {
        SplittableRandom random = new SplittableRandom(9);
        for (int round = 0; round < 5_000; round++) {
            var seeds = MeshSettingsFuzz.seeds();
            var text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            for (int change = random.nextInt(4); change > 0; change--) {
                int at = random.nextInt(text.length());
                char odd = ODD.charAt(random.nextInt(ODD.length()));
                if (random.nextBoolean()) {
                    text.setCharAt(at, odd);
                } else {
                    text.insert(at, odd);
                }
            }
            run(text.toString());
        }
    }

    private static void run(String text) {
        try {
            MeshSettingsFuzz.fuzzerTestOneInput(
                    text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (RuntimeException | Error e) {
            throw new AssertionError("on: " + text, e);
        }
    }
}
