package dev.fairlead.iptables;

import java.util.List;

/** What came of looking at, or changing, a namespace's rules. */
public sealed interface RuleOutcome {

    /** All is as it should be, and was. */
    record Whole() implements RuleOutcome {}

    /** All is as it should be; {@code repaired} was not before. */
    record Changed(List<Finding> repaired) implements RuleOutcome {
        public Changed {
            repaired = List.copyOf(repaired);
        }
    }

    /** Not as it should be; nothing was touched. */
    record Faulty(List<Finding> findings) implements RuleOutcome {
        public Faulty {
            findings = List.copyOf(findings);
        }
    }

    /**
     * It could not be done, or not be seen. A change may be there in part: apply or clean again.
     */
    record Failed(String reason) implements RuleOutcome {}

    /** Whether the namespace is now as it should be. */
    default boolean good() {
        return switch (this) {
            case Whole() -> true;
            case Changed(var _) -> true;
            case Faulty(var _) -> false;
            case Failed(var _) -> false;
        };
    }
}
