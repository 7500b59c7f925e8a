package dev.fairlead.agent.data.proxy;

/** How many copies of requests one pod has under way. Owner: the pod's worker loop. */
final class MirrorCount {

    /** Beyond, requests go on without a copy: Envoy's default for requests of a cluster. */
    private static final int MOST = 1024;

    private int active;

    boolean take() {
        if (active >= MOST) {
            return false;
        }
        active++;
        return true;
    }

    void giveBack() {
        active--;
    }
}
