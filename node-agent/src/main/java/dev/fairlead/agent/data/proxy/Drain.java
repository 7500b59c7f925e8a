package dev.fairlead.agent.data.proxy;

/**
 * Fired through the pipelines of a pod's connections when it should have no more of them: HTTP/1
 * connections end with their next response, HTTP/2 ones with the requests that they have.
 */
enum Drain {
    BEGIN
}
