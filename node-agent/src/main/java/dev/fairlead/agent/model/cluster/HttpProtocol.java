package dev.fairlead.agent.model.cluster;

/** Which HTTP the endpoints of a cluster are asked in. */
public enum HttpProtocol {
    HTTP1,
    HTTP2,
    /** What the client speaks: HTTP/2 for HTTP/2, HTTP/1.1 for anything older. */
    DOWNSTREAM
}
