package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Preferences;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known when an endpoint is picked: where the caller wanted to go, what of the request
 * decides, and which endpoints were tried. One without a hash and without tries may serve all
 * requests of a connection.
 *
 * <p>Owner: its exchange or connection, on the pod's loop.
 */
public final class PickContext implements Preferences<UpstreamHost> {

    private final InetSocketAddress destination;
    private boolean hashed;
    private long hash;
    private int hostAttempts;
    private int otherPriorities;
    private @Nullable List<UpstreamHost> tried;

    public PickContext(InetSocketAddress destination) {
        this.destination = destination;
    }

    /** What the caller asked for. */
    public InetSocketAddress destination() {
        return destination;
    }

    /** The request's hash, for clusters whose balancer hashes. */
    public void hash(long value) {
        hashed = true;
        hash = value;
    }

    @Override
    public boolean hashed() {
        return hashed;
    }

    @Override
    public long hash() {
        return hash;
    }

    /**
     * Retries shall go elsewhere.
     *
     * @param hostAttempts picks, the first included, until one that was tried will do; 0: no matter
     * @param otherPriorities after so many tries priorities that were tried are left out; 0: never
     */
    public void avoidTried(int hostAttempts, int otherPriorities) {
        this.hostAttempts = hostAttempts;
        this.otherPriorities = otherPriorities;
    }

    /** {@code host} has failed. */
    public void tried(UpstreamHost host) {
        List<UpstreamHost> all = tried;
        if (all == null) {
            all = new ArrayList<>(4);
            tried = all;
        }
        all.add(host);
    }

    /** In the order of their tries. */
    @Override
    public List<UpstreamHost> tried() {
        return tried == null ? List.of() : tried;
    }

    @Override
    public int hostAttempts() {
        return hostAttempts;
    }

    @Override
    public int otherPriorities() {
        return otherPriorities;
    }
}
