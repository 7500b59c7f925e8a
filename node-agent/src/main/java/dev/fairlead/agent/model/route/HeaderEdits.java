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

    /** One header. A value that comes out empty is no header. */
    public record Entry(String name, HeaderTemplate value, Existing existing) {

        public Entry(String name, String value, Existing existing) {
            this(name, HeaderTemplate.of(value), existing);
        }
    }

    /** What becomes of headers of that name. Source: Envoy, HeaderValueOption.append_action. */
    public enum Existing {
        /** They stay, and this one comes after them. */
        APPEND_IF_EXISTS_OR_ADD,
        /** They stay, and this one is left out. */
        ADD_IF_ABSENT,
        /** It takes their place. */
        OVERWRITE_IF_EXISTS_OR_ADD,
        /** It takes their place, and is left out where there are none. */
        OVERWRITE_IF_EXISTS
    }

    public boolean isEmpty() {
        return request.isEmpty() && response.isEmpty();
    }
}
