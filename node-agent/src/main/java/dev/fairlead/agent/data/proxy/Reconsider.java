package dev.fairlead.agent.data.proxy;

/** Said to a pod's connections when what is configured has changed. */
enum Reconsider {
    NOW
}
