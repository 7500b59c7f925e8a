package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.RequestHeadCheck;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http2.Head;
import dev.fairlead.agent.data.http2.MessageStream;
import dev.fairlead.agent.data.http2.ResponseHeads;
import dev.fairlead.agent.data.stats.HttpStat;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request of an HTTP/2 client.
 *
 * <p>Owner: the pod's worker loop.
 */
final class Http2DownstreamStream extends MessageStream implements ClientSide {

    private final Http2Downstream connection;
    private final ExchangeTimer deadline;
    private final ExchangeTimer idle;
    private @Nullable HttpExchange exchange;
    private boolean asksHead;
    private boolean requestEnded;
    private boolean counted = true; // among its pod's streams

    Http2DownstreamStream(Http2Downstream connection, int id) {
        super(connection, id);
        this.connection = connection;
        this.deadline = new ExchangeTimer(loop());
        this.idle = new ExchangeTimer(loop());
    }

    /** The head of the request has come. */
    void begin(HttpRequest head, boolean ends) {
        connection.stats().inc(HttpStat.DOWNSTREAM_RQ_TOTAL);
        connection.stats().inc(HttpStat.DOWNSTREAM_RQ_HTTP2_TOTAL);
        asksHead = head.method().equals(HttpMethod.HEAD);
        Refusal refusal = RequestHeadCheck.checkHttp2(head);
        HttpExchange next = new HttpExchange(this, connection.router(), head);
        exchange = next;
        if (refusal == Refusal.NONE) {
            next.begin();
        } else {
            connection.count(refusal);
            next.refuse(refusal);
        }
        if (ends) {
            request(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            connection.touched(next); // the head leaves also where no body is there yet
        }
    }

    /** A piece of the request's body, or its end. */
    private void request(HttpContent content) {
        requestEnded = content instanceof LastHttpContent;
        HttpExchange current = exchange;
        if (current == null) {
            content.release();
            return;
        }
        current.requestContent(content);
        connection.touched(current);
    }

    /** What is configured has changed. */
    void reconsider() {
        if (exchange != null) {
            exchange.reconsider();
        }
    }

    void trailers(Head head) {
        request(ResponseHeads.readTrailers(head));
    }

    @Override
    protected boolean open(Head head, boolean ends) {
        throw new IllegalStateException("the client opens streams");
    }

    @Override
    protected void received(HttpContent content) {
        connection
                .stats()
                .add(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, content.content().readableBytes());
        request(content);
    }

    @Override
    public EventLoop loop() {
        return context().channel().eventLoop();
    }

    @Override
    public ExchangeTimer deadline() {
        return deadline;
    }

    @Override
    public ExchangeTimer idle() {
        return idle;
    }

    @Override
    public InetSocketAddress remote() {
        return (InetSocketAddress) context().channel().remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return context().alloc();
    }

    @Override
    public void writeInterim(HttpResponse head) {
        super.writeInterim(ResponseHeads.write(head));
    }

    @Override
    public boolean goesOn() {
        return true; // a connection that drains says so by itself
    }

    @Override
    public void tunnel() {
        flush(); // a stream is one already
    }

    @Override
    public void write(HttpResponse head) {
        if (head.status().code() == 101) {
            head.setStatus(HttpResponseStatus.OK); // RFC 8441 §5
        }
        writeHead(ResponseHeads.write(head));
        if (head instanceof HttpContent whole) {
            if (asksHead) {
                whole.release();
                write(LastHttpContent.EMPTY_LAST_CONTENT);
            } else {
                write(whole);
            }
        }
    }

    @Override
    public void write(HttpContent content) {
        connection
                .stats()
                .add(HttpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, content.content().readableBytes());
        writeContent(content);
    }

    @Override
    public void bodyReadable(boolean yes) {
        readable(yes);
    }

    @Override
    public void ended(boolean keepAlive) {
        exchange = null;
        readable(true);
        if (!requestEnded) { // RFC 9113 §8.1: the rest of the request is not needed
            resetWhenSent(Http2Error.NO_ERROR);
        }
    }

    @Override
    public void abort() {
        exchange = null;
        resetNow(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public boolean reset(long code) {
        boolean premature = exchange != null;
        if (premature) {
            connection.stats().inc(HttpStat.DOWNSTREAM_RQ_RX_RESET);
        }
        return premature;
    }

    @Override
    public void broke(Http2Error code) {
        connection.stats().inc(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
        HttpExchange current = exchange;
        exchange = null;
        if (current != null) {
            current.broken();
        }
    }

    @Override
    public void closed() {
        super.closed();
        if (counted) {
            counted = false;
            connection.router().load().giveStream();
        }
        HttpExchange current = exchange;
        exchange = null;
        if (current != null) {
            current.downstreamClosed();
        }
        deadline.end();
        idle.end();
    }

    @Override
    public void writabilityChanged() {
        if (exchange != null) {
            exchange.downstreamWritable(isWritable());
        }
    }
}
