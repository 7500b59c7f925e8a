package dev.fairlead.agent.model.route;

/**
 * What a configured header may say of its request. Names are those of Envoy's command operators.
 */
public enum HeaderFact {
    /** The caller, or who a proxy before it says that it is; with a port, 0 where none is known. */
    DOWNSTREAM_REMOTE_ADDRESS,
    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_REMOTE_PORT,
    /** The connection's own other end. */
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS,
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_DIRECT_REMOTE_PORT,
    /** What the caller connected to. */
    DOWNSTREAM_LOCAL_ADDRESS,
    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_LOCAL_PORT,
    /** When the request began, as {@code 2026-01-31T12:00:00.000Z}. */
    START_TIME,
    /** {@code HTTP/1.1}. */
    PROTOCOL,
    /** Of the response; 0 before there is one. */
    RESPONSE_CODE,
    ROUTE_NAME,
    /** Where the request goes, by the name of its stats. */
    UPSTREAM_CLUSTER,
    /** The pod's name. */
    HOSTNAME
}
