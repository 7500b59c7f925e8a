package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.request.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which connections a filter chain takes; what is empty or null takes all.
 *
 * @param port original destination port; 0: all
 * @param tls whether it must, or must not, begin with a ClientHello
 */
public record ChainMatch(
        int port,
        List<Cidr> ranges,
        List<String> serverNames,
        @Nullable Boolean tls,
        List<String> applicationProtocols) {

    public static final ChainMatch ANY = new ChainMatch(0, List.of(), List.of(), null, List.of());

    public ChainMatch {
        ranges = List.copyOf(ranges);
        serverNames = List.copyOf(serverNames);
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
