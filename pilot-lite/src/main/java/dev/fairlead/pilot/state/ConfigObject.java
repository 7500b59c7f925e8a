package dev.fairlead.pilot.state;

/** An accepted object of one of Istio's kinds, or of our own. */
public sealed interface ConfigObject
        permits VirtualService,
                DestinationRule,
                Sidecar,
                PeerPolicy,
                AuthorizationPolicy,
                RbacObject,
                RateLimit,
                HealthCheck,
                RequestAuthentication,
                MixerObject {
    Meta meta();
}
