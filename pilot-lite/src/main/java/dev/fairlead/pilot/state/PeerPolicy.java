package dev.fairlead.pilot.state;

/**
 * What pods accept from their peers, from PeerAuthentication, Policy or MeshPolicy.
 *
 * @param namespace whose pods; empty: every namespace's
 */
public record PeerPolicy(Meta meta, String namespace, Mode mode) implements ConfigObject {

    /** UNSET leaves it to the wider policy. */
    public enum Mode {
        UNSET,
        DISABLE,
        PERMISSIVE,
        STRICT
    }
}
