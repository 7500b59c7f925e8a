package dev.fairlead.agent.control.xds.compile;

import org.jspecify.annotations.Nullable;

/**
 * Where in a resource one stands, as a chain of steps that is written out only when something is
 * refused there: {@code filter_chains[3].filters[1].typed_config}.
 */
record At(@Nullable At parent, String field, int index) {

    static final At ROOT = new At(null, "", -1);

    At field(String name) {
        return new At(this, name, -1);
    }

    At element(String name, int position) {
        return new At(this, name, position);
    }

    /** The refusal of what stands here. */
    Refusal refuse(String reason) {
        return new Refusal(toString(), reason);
    }

    @Override
    public String toString() {
        String step = index < 0 ? field : field + "[" + index + "]";
        String before = parent == null ? "" : parent.toString();
        return before.isEmpty() ? step : before + "." + step;
    }
}
