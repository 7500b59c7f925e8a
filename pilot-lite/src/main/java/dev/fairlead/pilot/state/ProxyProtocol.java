package dev.fairlead.pilot.state;

/** Version of the PROXY header that connections begin with. */
public enum ProxyProtocol {
    V1,
    V2
}
