package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.Subnet;
import java.util.ArrayList;
import java.util.List;

/** When a check is in force. What is always so is settled as it is put together. */
public sealed interface Condition {

    /** Settled. */
    record Always(boolean value) implements Condition {
        public static final Always YES = new Always(true);
        public static final Always NO = new Always(false);
    }

    /** At least two, none of them settled. */
    record AllOf(List<Condition> parts) implements Condition {
        public AllOf {
            parts = List.copyOf(parts);
        }
    }

    /** At least two, none of them settled. */
    record AnyOf(List<Condition> parts) implements Condition {
        public AnyOf {
            parts = List.copyOf(parts);
        }
    }

    record Not(Condition part) implements Condition {}

    /** There is such a fact. */
    record Has(Fact fact) implements Condition {}

    /** There is such a fact, and it fits. */
    record Test(Fact fact, StringMatch match) implements Condition {}

    /** The caller's address is in the range. */
    record From(Subnet range) implements Condition {}

    static Condition of(boolean value) {
        return value ? Always.YES : Always.NO;
    }

    static Condition has(Fact fact) {
        return fact.isAlwaysThere() ? Always.YES : new Has(fact);
    }

    static Condition not(Condition part) {
        return switch (part) {
            case Always(boolean value) -> of(!value);
            case Not(Condition inner) -> inner;
            case AllOf _, AnyOf _, Has _, Test _, From _ -> new Not(part);
        };
    }

    static Condition all(Condition... parts) {
        List<Condition> open = new ArrayList<>();
        for (Condition part : parts) {
            switch (part) {
                case Always(boolean value) -> {
                    if (!value) {
                        return Always.NO;
                    }
                }
                case AllOf(List<Condition> some) -> open.addAll(some);
                case AnyOf _, Not _, Has _, Test _, From _ -> open.add(part);
            }
        }
        return open.isEmpty() ? Always.YES : open.size() == 1 ? open.getFirst() : new AllOf(open);
    }

    static Condition any(List<Condition> parts) {
        List<Condition> open = new ArrayList<>();
        for (Condition part : parts) {
            switch (part) {
                case Always(boolean value) -> {
                    if (value) {
                        return Always.YES;
                    }
                }
                case AnyOf(List<Condition> some) -> open.addAll(some);
                case AllOf _, Not _, Has _, Test _, From _ -> open.add(part);
            }
        }
        return open.isEmpty() ? Always.NO : open.size() == 1 ? open.getFirst() : new AnyOf(open);
    }

    /** Whether it asks what only who knows the calling pod can tell. */
    default boolean asksOfPeer() {
        return switch (this) {
            case Always _, From _ -> false;
            case AllOf(List<Condition> parts) -> parts.stream().anyMatch(Condition::asksOfPeer);
            case AnyOf(List<Condition> parts) -> parts.stream().anyMatch(Condition::asksOfPeer);
            case Not(Condition part) -> part.asksOfPeer();
            case Has(Fact fact) -> fact.isOfPeer();
            case Test(Fact fact, StringMatch _) -> fact.isOfPeer();
        };
    }
}
