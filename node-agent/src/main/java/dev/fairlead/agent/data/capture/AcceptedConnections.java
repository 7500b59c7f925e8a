package dev.fairlead.agent.data.capture;

import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;

/**
 * Takes a pod's captured connections. Called on the pod's worker loop, once per connection, before
 * anything is read: reading is off. Whoever takes a channel closes it.
 */
public interface AcceptedConnections {

    /** The pod calls {@code destination}. */
    void outbound(EpollSocketChannel downstream, InetSocketAddress destination);

    /** Someone calls the pod at {@code destination}. */
    void inbound(EpollSocketChannel downstream, InetSocketAddress destination);

    /** A connection is refused; the caller resets it. */
    void refused(boolean inbound, RefusalReason reason);
}
