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
     * @param from caller's address that the application sees; null: the pod's own
     * @param asked the protocol that was asked for; the short way may lead to an application that
     *     speaks another
     * @param account where the destination's side is counted; null: it counts for itself
     */
    record Origin(
            HttpPool pool,
            UpstreamHost host,
            Channel channel,
            @Nullable InetAddress from,
            HttpProtocol asked,
            @Nullable DestinationAccount account,
            boolean mutual) {}

    Origin origin();

    /** It carries on with what it carries, and then closes: at once if that is nothing. */
    void retire();

    /** It ends now, and with it what it carries. */
    void abort();
}
