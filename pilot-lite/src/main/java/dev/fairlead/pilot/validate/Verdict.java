package dev.fairlead.pilot.validate;

import java.util.List;

/** What came of reading an object. */
public sealed interface Verdict<T> {

    /** It can be used. */
    record Accepted<T>(T value) implements Verdict<T> {}

    /** It cannot; at least one problem, in the order of the fields. */
    record Refused<T>(List<Problem> problems) implements Verdict<T> {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
