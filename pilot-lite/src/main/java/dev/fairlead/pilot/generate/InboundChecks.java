package dev.fairlead.pilot.generate;

import com.google.protobuf.Struct;
import dev.fairlead.pilot.compile.InboundCheck;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;

/** Writes what requests must pass that enter a pod: one HTTP filter each, and what it answers. */
final class InboundChecks {

    private InboundChecks() {}

    static List<HttpFilter> filters(List<InboundCheck> checks, Audience audience) {
        List<HttpFilter> filters = new ArrayList<>();
        for (InboundCheck check : checks) {
            if (understands(audience, check)) {
                filters.add(
                        switch (check) {
                            case InboundCheck.Limit limit -> RateLimits.filter(limit);
                            case InboundCheck.Quota quota -> MixerFilters.filter(quota);
                            case InboundCheck.Denial denial -> MixerFilters.filter(denial);
                        });
            }
        }
        return filters;
    }

    /** What asks for the calling pod is for agents only: an Envoy does not know it. */
    private static boolean understands(Audience audience, InboundCheck check) {
        if (!audience.knowsTrafficPolicy()) {
            return false;
        }
        return audience instanceof Audience.Agent
                || switch (check) {
                    case InboundCheck.Limit _ -> true;
                    case InboundCheck.Quota quota -> MixerFilters.isPlain(quota);
                    case InboundCheck.Denial denial -> !denial.when().asksOfPeer();
                };
    }

    /** By filters' names, for agents. */
    static Struct replies(List<InboundCheck> checks, Audience audience) {
        var replies = Struct.newBuilder();
        if (audience instanceof Audience.Agent && audience.knowsTrafficPolicy()) {
            for (InboundCheck check : checks) {
                switch (check) {
                    case InboundCheck.Limit limit ->
                            RateLimits.addReply(
                                    replies, limit.name(), limit.rule().answer().body());
                    case InboundCheck.Quota quota ->
                            RateLimits.addReply(replies, quota.name(), quota.body());
                    case InboundCheck.Denial denial -> MixerFilters.addReply(replies, denial);
                }
            }
        }
        return replies.build();
    }
}
