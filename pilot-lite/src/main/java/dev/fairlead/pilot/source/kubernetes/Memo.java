package dev.fairlead.pilot.source.kubernetes;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was made of the last argument, made again only for another. Owner: the source's thread. */
final class Memo<A, R> {

    private final Function<A, R> make;
    private @Nullable A argument;
    private @Nullable R result;

    Memo(Function<A, R> make) {
        this.make = make;
    }

    @SuppressWarnings("ReferenceEquality") // who holds the same map again has nothing new
    R of(A of) {
        R known = result;
        if (known == null || argument != of) {
            known = make.apply(of);
            argument = of;
            result = known;
        }
        return known;
    }
}
