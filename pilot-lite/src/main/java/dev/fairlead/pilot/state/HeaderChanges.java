package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.List;

/**
 * What is changed of the heads of requests and of their responses.
 *
 * @param authority what requests are for from then on; empty: as they came
 */
public record HeaderChanges(Side request, Side response, String authority) {

    public static final HeaderChanges NONE = new HeaderChanges(Side.NONE, Side.NONE, "");

    /** Of one head; what is removed goes first. Names are in lower case. */
    public record Side(List<Entry> add, List<String> remove) {
        public static final Side NONE = new Side(List.of(), List.of());

        public Side {
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }

        private Side and(Side other) {
            List<Entry> both = new ArrayList<>(add);
            both.addAll(other.add);
            List<String> gone = new ArrayList<>(remove);
            gone.addAll(other.remove);
            return new Side(both, gone);
        }
    }

    /**
     * One header.
     *
     * @param value as Envoy reads it: {@code %…%} stands for a fact of the request
     * @param overwrite it takes the place of those that are there; else it stands beside them
     */
    public record Entry(String name, String value, boolean overwrite) {}

    public boolean isEmpty() {
        return equals(NONE);
    }

    /** These, then those; of two authorities the first. */
    public HeaderChanges and(HeaderChanges other) {
        return new HeaderChanges(
                request.and(other.request),
                response.and(other.response),
                authority.isEmpty() ? other.authority : authority);
    }
}
