package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.listener.ChainMatch;
import dev.fairlead.agent.model.request.Cidr;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The matches of one listener's filter chains, no two of which may be equally good. */
final class ChainMatches {

    private record Criterion(
            int port,
            @Nullable Cidr range,
            @Nullable String serverName,
            @Nullable Boolean tls,
            @Nullable String protocol) {}

    private final Map<Criterion, Integer> owners = new HashMap<>();

    /**
     * @param index of the chain
     */
    ChainMatch compile(FilterChainMatch match, int index, At at) throws Refusal {
        ChainMatch compiled =
                new ChainMatch(
                        port(match, at),
                        ranges(match, at),
                        serverNames(match, at),
                        tls(match, at),
                        match.getApplicationProtocolsList());
        claim(compiled, index, at);
        return compiled;
    }

    private static int port(FilterChainMatch match, At at) throws Refusal {
        return match.hasDestinationPort()
                ? Values.port(match.getDestinationPort().getValue(), at.field("destination_port"))
                : 0;
    }

    private static List<Cidr> ranges(FilterChainMatch match, At at) throws Refusal {
        List<Cidr> ranges = new ArrayList<>(match.getPrefixRangesCount());
        for (int i = 0; i < match.getPrefixRangesCount(); i++) {
            ranges.add(Values.range(match.getPrefixRanges(i), at.element("prefix_ranges", i)));
        }
        return ranges;
    }

    private static List<String> serverNames(FilterChainMatch match, At at) throws Refusal {
        List<String> names = new ArrayList<>(match.getServerNamesCount());
        for (int i = 0; i < match.getServerNamesCount(); i++) {
            String name = match.getServerNames(i);
            boolean wildcard = name.startsWith("*.") && name.length() > 2;
            if (name.isEmpty() || name.indexOf('*', wildcard ? 1 : 0) >= 0) {
                throw at.element("server_names", i)
                        .refuse("\"" + name + "\" is not a name or *.suffix");
            }
            names.add(name.toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static @Nullable Boolean tls(FilterChainMatch match, At at) throws Refusal {
        return switch (match.getTransportProtocol()) {
            case "" -> null;
            case "tls" -> true;
            case "raw_buffer" -> false;
            default ->
                    throw at.field("transport_protocol")
                            .refuse("\"" + match.getTransportProtocol() + "\" is unknown");
        };
    }

    private void claim(ChainMatch match, int index, At at) throws Refusal {
        for (Cidr range : orNull(match.ranges())) {
            for (String serverName : orNull(match.serverNames())) {
                for (String protocol : orNull(match.applicationProtocols())) {
                    var criterion =
                            new Criterion(match.port(), range, serverName, match.tls(), protocol);
                    Integer owner = owners.put(criterion, index);
                    if (owner != null && owner != index) {
                        throw at.refuse("matches the same as filter_chains[" + owner + "]");
                    }
                }
            }
        }
    }

    @SuppressWarnings("NullAway") // a list of one null: "any"
    private static <T> List<T> orNull(List<T> values) {
        return values.isEmpty() ? java.util.Collections.singletonList(null) : values;
    }
}
