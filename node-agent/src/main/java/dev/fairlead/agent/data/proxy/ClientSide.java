package dev.fairlead.agent.data.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetSocketAddress;

/**
 * The client's side of one exchange, whatever version of HTTP carries it: a connection that does
 * one after the other, or a stream.
 *
 * <p>Owner: the pod's worker loop.
 */
sealed interface ClientSide permits Http1Downstream, Http2DownstreamStream {

    EventLoop loop();

    ByteBufAllocator allocator();

    /** How long the exchange may take; it clears it at its end. */
    ExchangeTimer deadline();

    /** How long nothing may move; likewise. */
    ExchangeTimer idle();

    /** The connection's other end. */
    InetSocketAddress remote();

    /** An interim (1xx) head, which has no body. */
    void writeInterim(HttpResponse head);

    /** False: an HTTP/1 connection must end with the response that is to be written now. */
    boolean goesOn();

    void write(HttpResponse head);

    /** A piece of the response's body, or its end; releases it. */
    void write(HttpContent content);

    /** What was written leaves now, or with all else that this turn of the loop writes. */
    void flush();

    /** False: what is written from now on is held in memory. */
    boolean isWritable();

    /** Back-pressure of the upstream on this client's request body. */
    void bodyReadable(boolean yes);

    /**
     * The response that was just written opens a tunnel: from now on contents are its bytes, in
     * both directions, and their last one is an end of one direction only.
     */
    void tunnel();

    /**
     * The exchange has ended and its response is written.
     *
     * @param keepAlive whether an HTTP/1 connection may go on
     */
    void ended(boolean keepAlive);

    /** Ends it so that the client cannot take a cut response for a whole one. */
    void abort();
}
