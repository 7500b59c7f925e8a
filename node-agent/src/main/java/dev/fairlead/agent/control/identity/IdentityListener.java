package dev.fairlead.agent.control.identity;

import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;

/** Hears of every change of an SVID, on the thread that owns the identities. */
public interface IdentityListener {

    /** The identity's SVID from now on, the first or a renewed one. */
    void onSvid(Svid svid);

    /** Nobody wants the identity any more, or its SVID expired without a new one. */
    void onGone(SpiffeId id);
}
