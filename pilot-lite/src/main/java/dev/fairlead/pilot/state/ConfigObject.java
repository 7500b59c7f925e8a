package dev.fairlead.pilot.state;

/** An accepted object of one of Istio's kinds. */
public sealed interface ConfigObject permits VirtualService, DestinationRule, Sidecar, PeerPolicy {
    Meta meta();
}
