package dev.fairlead.agent.data.upstream;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * The upstream's side of one request, whatever version of HTTP carries it: a connection that is
 * lent for one request, or a stream of one that carries many. Heads are in HTTP/1.1's form: Host,
 * Transfer-Encoding for a body without a length.
 *
 * <p>Owner: the pod's worker loop. After {@link #abort}, {@link #giveBack}, the last content or a
 * reset of the sink it is not to be touched again.
 */
public sealed interface UpstreamRequest permits Http1Upstream, Http2UpstreamStream {

    /** Sends {@code head} for {@code waiting}; body and end follow by {@link #write}. */
    void send(HttpRequest head, ResponseSink waiting);

    /**
     * Sends a request that wants a tunnel: nothing follows until a response has opened one (101, or
     * 2xx to CONNECT); then {@link #write} takes the tunnel's bytes and the sink gets them.
     *
     * @param upgrade protocol to change to, lower case; null: CONNECT
     */
    void sendForTunnel(HttpRequest head, @Nullable String upgrade, ResponseSink waiting);

    /** Sends a piece of the request's body, or its end; releases it. */
    void write(HttpContent content);

    /** What was written leaves now, or with all else that this turn of the loop writes. */
    void flush();

    /** False: what is written from now on is held in memory. */
    boolean isWritable();

    /** Switches reading of the response on or off: back-pressure of the client. */
    void readable(boolean yes);

    /** The client is gone, or the response is of no use. */
    void abort();

    /** Nothing was sent on it: it may serve another. */
    void giveBack();

    /** Where the destination's side is counted; null: it counts for itself. */
    @Nullable DestinationAccount account();

    /** Whether it is, or stands for, mTLS. */
    boolean mutual();
}
