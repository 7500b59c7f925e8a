package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import io.netty.channel.Channel;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a pod to an endpoint that requests go over.
 *
 * <p>Owner: the pod's worker loop.
 */
sealed interface UpstreamConnection permits Http1Upstream, Http2Upstream {

    /**
     * What it was made from.
     *
     * @param account where the destination's side is counted; null: it counts for itself
     */
    record Origin(
            HostPool pool,
            ConnectionBooks books,
            Channel channel,
            @Nullable DestinationAccount account,
            boolean mutual) {

        UpstreamHost host() {
            return pool.host();
        }

        /** Caller's address that the application sees; null: the pod's own. */
        @Nullable InetAddress from() {
            return pool.from();
        }

        HttpProtocol asked() {
            return pool.asked();
        }

        /** The short way ends at the application, which may speak another than was asked for. */
        HttpProtocol speaks() {
            return account == null || account.protocol() == HttpProtocol.DOWNSTREAM
                    ? pool.asked()
                    : account.protocol();
        }
    }

    Origin origin();

    /** It carries on with what it carries, and then closes: at once if that is nothing. */
    void retire();

    /** It ends now, and with it what it carries. */
    void abort();
}
