package dev.fairlead.agent.data.capture;

import dev.fairlead.agent.data.stats.ListenerStat;

/** Why a captured connection, or an upstream address, is refused. */
public enum RefusalReason {
    LOOPBACK(ListenerStat.CAPTURE_REFUSED_LOOPBACK),
    LINK_LOCAL(ListenerStat.CAPTURE_REFUSED_LINK_LOCAL),
    /** Multicast, broadcast or unspecified. */
    MULTICAST(ListenerStat.CAPTURE_REFUSED_MULTICAST),
    /** A listener of ours: the connection would come back to us without end. */
    OWN_LISTENER(ListenerStat.CAPTURE_REFUSED_OWN_LISTENER),
    /** Made straight to our port instead of being redirected to it. */
    NO_ORIGINAL_DESTINATION(ListenerStat.CAPTURE_REFUSED_NO_ORIGINAL_DESTINATION),
    /** The pod has as many connections as one pod may have. */
    OVERFLOW(ListenerStat.DOWNSTREAM_CX_OVERFLOW);

    private final ListenerStat stat;

    RefusalReason(ListenerStat stat) {
        this.stat = stat;
    }

    /** What counts it. */
    public ListenerStat stat() {
        return stat;
    }
}
