package dev.fairlead.cli.demo;

import java.util.List;

/**
 * What a step saw.
 *
 * @param asExpected whether it is what the mesh promises
 * @param what one line, for people
 * @param details lines to show below it
 */
record Observed(boolean asExpected, String what, List<String> details) {

    Observed {
        details = List.copyOf(details);
    }

    static Observed of(boolean asExpected, String what) {
        return new Observed(asExpected, what, List.of());
    }
}
