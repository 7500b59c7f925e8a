package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderEdits.Entry;
import dev.fairlead.agent.model.route.HeaderEdits.Existing;
import dev.fairlead.agent.model.route.HeaderEdits.Side;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.List;

/** {@code config.core.v3.HeaderValueOption}, and what is removed before. */
final class HeaderOptions {

    private HeaderOptions() {}

    static HeaderEdits of(Route route, At at) throws Refusal {
        return edits(
                side(
                        route.getRequestHeadersToAddList(),
                        route.getRequestHeadersToRemoveList(),
                        at,
                        "request_headers"),
                side(
                        route.getResponseHeadersToAddList(),
                        route.getResponseHeadersToRemoveList(),
                        at,
                        "response_headers"));
    }

    static HeaderEdits of(ClusterWeight share, At at) throws Refusal {
        return edits(
                side(
                        share.getRequestHeadersToAddList(),
                        share.getRequestHeadersToRemoveList(),
                        at,
                        "request_headers"),
                side(
                        share.getResponseHeadersToAddList(),
                        share.getResponseHeadersToRemoveList(),
                        at,
                        "response_headers"));
    }

    private static HeaderEdits edits(Side request, Side response) {
        return request.isEmpty() && response.isEmpty()
                ? HeaderEdits.NONE
                : new HeaderEdits(request, response);
    }

    /**
     * @param field of {@code at}, without {@code _to_add} and {@code _to_remove}
     */
    static Side side(List<HeaderValueOption> added, List<String> removed, At at, String field)
            throws Refusal {
        if (added.isEmpty() && removed.isEmpty()) {
            return Side.NONE;
        }
        List<Entry> entries = new ArrayList<>(added.size());
        for (int i = 0; i < added.size(); i++) {
            entries.add(entry(added.get(i), at.element(field + "_to_add", i)));
        }
        List<String> names = new ArrayList<>(removed.size());
        for (int i = 0; i < removed.size(); i++) {
            names.add(HttpText.name(removed.get(i), at.element(field + "_to_remove", i)));
        }
        return new Side(entries, names);
    }

    private static Entry entry(HeaderValueOption option, At at) throws Refusal {
        At headerAt = at.field("header");
        return new Entry(
                HttpText.name(option.getHeader().getKey(), headerAt.field("key")),
                HeaderTemplates.compile(option.getHeader().getValue(), headerAt.field("value")),
                existing(option, at));
    }

    /** The older {@code append} may be there alone, as in Envoy. */
    @SuppressWarnings("deprecation")
    private static Existing existing(HeaderValueOption option, At at) throws Refusal {
        var action = option.getAppendAction();
        if (option.hasAppend()) {
            if (action != HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD) {
                throw at.field("append").refuse("beside append_action");
            }
            return option.getAppend().getValue()
                    ? Existing.APPEND_IF_EXISTS_OR_ADD
                    : Existing.OVERWRITE_IF_EXISTS_OR_ADD;
        }
        return switch (action) {
            case APPEND_IF_EXISTS_OR_ADD -> Existing.APPEND_IF_EXISTS_OR_ADD;
            case ADD_IF_ABSENT -> Existing.ADD_IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD -> Existing.OVERWRITE_IF_EXISTS_OR_ADD;
            case OVERWRITE_IF_EXISTS -> Existing.OVERWRITE_IF_EXISTS;
            case UNRECOGNIZED -> throw at.field("append_action").refuse("unknown");
        };
    }
}
