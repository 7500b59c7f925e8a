package dev.fairlead.pilot.state;

/** An accepted object of one of Istio's kinds, or of our own. */
public sealed interface ConfigObject
<<<<<<< HEAD
        permits VirtualService, DestinationRule, Sidecar, PeerPolicy, RateLimit, HealthCheck {
=======
        permits VirtualService, DestinationRule, Sidecar, PeerPolicy, RateLimit, MixerObject {
>>>>>>> main
    Meta meta();
}
