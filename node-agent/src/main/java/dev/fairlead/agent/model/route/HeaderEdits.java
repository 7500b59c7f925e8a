package dev.fairlead.agent.model.route;

import java.util.List;

/**
 * What is changed of the heads of a request and of its response.
 *
 * <p>Source: Envoy, "Custom request/response headers": removals first, then additions in order.
 */
public record HeaderEdits(Side request, Side response) {

    public static final HeaderEdits NONE = new HeaderEdits(Side.NONE, Side.NONE);

    /** Of one head. Names are in lower case. */
    public record Side(List<Entry> add, List<String> remove) {
        public static final Side NONE = new Side(List.of(), List.of());

        public Side {
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }

        public boolean isEmpty() {
            return add.isEmpty() && remove.isEmpty();
        }
    }

    /**
     * One header.
     *
     * @param overwrite it takes the place of those that are there; else it stands beside them
     */
    public record Entry(String name, String value, boolean overwrite) {}

    public boolean isEmpty() {
        return request.isEmpty() && response.isEmpty();
    }
}
