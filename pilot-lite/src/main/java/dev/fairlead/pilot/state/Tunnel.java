package dev.fairlead.pilot.state;

/** Where the endpoints of a host are asked to connect to, for opaque connections. */
public record Tunnel(String host, int port) {

    /** As CONNECT names it. */
    public String target() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
