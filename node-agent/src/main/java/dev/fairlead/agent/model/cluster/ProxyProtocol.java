package dev.fairlead.agent.model.cluster;

/**
 * Whether a connection begins with a PROXY protocol header, and of which version.
 *
 * <p>Source: HAProxy, "The PROXY protocol", sections 2.1 and 2.2.
 */
public enum ProxyProtocol {
    NONE,
    V1,
    V2
}
