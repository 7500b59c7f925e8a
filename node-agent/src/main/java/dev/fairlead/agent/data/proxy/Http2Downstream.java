package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http2.Head;
import dev.fairlead.agent.data.http2.Peer;
import dev.fairlead.agent.data.http2.RequestHeads;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection from a client.
 *
 * <p>Owner: the pod's worker loop.
 */
final class Http2Downstream extends Peer<Http2DownstreamStream> {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Downstream.class);

    private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final HttpRouter router;
    private final Channel channel;
    private final Counters<HttpStat> stats;
    private final List<HttpExchange> touched = new ArrayList<>();

    private Http2Downstream(HttpRouter router, Channel channel) {
        super(true);
        this.router = router;
        this.channel = channel;
        this.stats = router.counters().counters();
    }

    static void install(Channel channel, HttpRouter router) {
        Http2Downstream downstream = new Http2Downstream(router, channel);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        downstream.stats.inc(HttpStat.DOWNSTREAM_CX_HTTP2_TOTAL);
        downstream.stats.inc(HttpStat.DOWNSTREAM_CX_HTTP2_ACTIVE);
        channel.pipeline().addLast(downstream);
    }

    HttpRouter router() {
        return router;
    }

    Counters<HttpStat> stats() {
        return stats;
    }

    void count(Refusal refusal) {
        switch (refusal) {
            case UPGRADE_REFUSED -> stats.inc(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED);
            default -> stats.inc(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
        }
    }

    /** Its upstream has something to send when the batch is over. */
    void touched(HttpExchange exchange) {
        if (touched.isEmpty() || touched.getLast() != exchange) {
            touched.add(exchange);
        }
    }

    @Override
    protected void headers(
            int streamId, @Nullable Http2DownstreamStream known, Head head, boolean ends)
            throws Http2Exception {
        if (known != null) {
            known.trailers(head);
            return;
        }
        HttpRequest request = RequestHeads.read(head, ends);
        if (request == null) {
            throw Http2Exception.streamError(
                    streamId, Http2Error.PROTOCOL_ERROR, "malformed request");
        }
        flood().streamOpened();
        if (!router.load().takeStream()) {
            stats.inc(HttpStat.DOWNSTREAM_RQ_OVERFLOW);
            throw Http2Exception.streamError(
                    streamId, Http2Error.REFUSED_STREAM, "the pod has too many streams");
        }
        Http2DownstreamStream stream = new Http2DownstreamStream(this, streamId);
        own(Objects.requireNonNull(connection().stream(streamId), "the codec made it"), stream);
        stream.begin(request, ends);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).flushUpstream();
        }
        touched.clear();
        super.channelReadComplete(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof Drain) {
            drain();
        } else if (event instanceof Reconsider) {
            forEachStream(Http2DownstreamStream::reconsider);
        }
        super.userEventTriggered(context, event);
    }

    /**
     * Heads are not under flow control: who asks and does not read is not read either. Only the
     * server's side may do that, or two of us could wait for each other.
     */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        super.channelWritabilityChanged(context);
        channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    protected void goAwayReceived(int lastStream, long code) {
        // the client opens no more streams; those that it has go on
    }

    @Override
    protected void settingsChanged(Http2Settings settings) {
        // the codec applies them
    }

    @Override
    protected long idleNanos() {
        return IDLE_NANOS;
    }

    @Override
    protected void counted(Event event) {
        stats.inc(
                switch (event) {
                    case RX_RESET -> HttpStat.HTTP2_RX_RESET;
                    case TX_RESET -> HttpStat.DOWNSTREAM_RQ_TX_RESET;
                    case GOAWAY_SENT -> HttpStat.HTTP2_GOAWAY_SENT;
                    case KEEPALIVE_TIMEOUT -> HttpStat.HTTP2_KEEPALIVE_TIMEOUT;
                    case IDLE_TIMEOUT -> HttpStat.DOWNSTREAM_CX_IDLE_TIMEOUT;
                    case PROTOCOL_ERROR -> HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR;
                    case FLOOD_EMPTY_FRAMES -> HttpStat.HTTP2_INBOUND_EMPTY_FRAMES_FLOOD;
                    case FLOOD_PRIORITY -> HttpStat.HTTP2_INBOUND_PRIORITY_FRAMES_FLOOD;
                    case FLOOD_WINDOW_UPDATES -> HttpStat.HTTP2_INBOUND_WINDOW_UPDATE_FRAMES_FLOOD;
                    case FLOOD_CONTROL -> HttpStat.HTTP2_OUTBOUND_CONTROL_FLOOD;
                    case FLOOD_RESETS -> HttpStat.DOWNSTREAM_RQ_TOO_MANY_PREMATURE_RESETS;
                });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        stats.dec(HttpStat.DOWNSTREAM_CX_HTTP2_ACTIVE);
        if (connection().numActiveStreams() > 0) {
            stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY_REMOTE_ACTIVE_RQ);
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof Http2Exception || cause.getCause() instanceof Http2Exception) {
            super.exceptionCaught(context, cause);
            return;
        }
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.warn("connection failed peer={}", channel.remoteAddress(), cause);
        }
        context.close();
    }
}
