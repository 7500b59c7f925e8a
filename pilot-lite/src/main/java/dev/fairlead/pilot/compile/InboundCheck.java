package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MixerObject.Amount;
import dev.fairlead.pilot.state.RateLimit;
import java.util.List;
import java.util.Map;

/** What requests that enter a pod by one of its ports must pass. */
public sealed interface InboundCheck {

    /** Unlike that of any other check of the port. */
    String name();

    /** A rule of a RateLimit. */
    record Limit(String name, RateLimit.Rule rule) implements InboundCheck {}

    /**
     * A quota of Mixer's.
     *
     * @param by requests that have the same of these are counted together
     * @param rows the first that fits counts; the last one takes whatever is left
     * @param body of the answer to what is too many
     */
    record Quota(String name, Condition when, List<Dimension> by, List<Row> rows, String body)
            implements InboundCheck {
        public Quota {
            by = List.copyOf(by);
            rows = List.copyOf(rows);
        }
    }

    /** One thing that requests differ in. */
    record Dimension(String name, Value value) {}

    /** The first of these facts that there is, else {@code otherwise}. */
    record Value(List<Fact> facts, String otherwise) {
        public Value {
            facts = List.copyOf(facts);
        }
    }

    /**
     * @param values of some of the dimensions
     */
    record Row(Map<String, String> values, Amount amount) {
        public Row {
            values = Map.copyOf(values);
        }
    }

    /**
     * Some requests are refused.
     *
     * @param body {@code %SUBJECT%} in it stands for {@code subject}
     */
    record Denial(String name, Condition when, int status, String body, Value subject)
            implements InboundCheck {}
}
