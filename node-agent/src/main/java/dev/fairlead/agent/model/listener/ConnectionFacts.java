package dev.fairlead.agent.model.listener;

import java.net.InetAddress;
import java.util.List;

/**
 * What is known of a connection when its filter chain is chosen.
 *
 * @param destination original destination address
 * @param port original destination port
 * @param tls its first bytes are a ClientHello
 * @param serverName SNI, lower case; empty: none
 * @param applicationProtocols ALPN offered, or what was detected ({@code http/1.0}, {@code
 *     http/1.1}, {@code h2c}); empty: none
 */
public record ConnectionFacts(
        InetAddress destination,
        int port,
        boolean tls,
        String serverName,
        List<String> applicationProtocols) {

    public ConnectionFacts {
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
