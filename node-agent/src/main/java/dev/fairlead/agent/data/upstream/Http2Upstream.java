package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.http2.Head;
import dev.fairlead.agent.data.http2.Peer;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.ResponseSink.Processed;
import dev.fairlead.agent.model.cluster.ConnectionPool.Http2KeepAlive;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection to an endpoint, and how many requests it can still take.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class Http2Upstream extends Peer<Http2UpstreamStream> implements UpstreamConnection {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Upstream.class);

    /** Streams that are begun before the peer has said how many it takes. */
    static final int STREAMS_BEFORE_SETTINGS = 100;

    /** Numbers are not used up to the last: the connection is left before. */
    private static final int LAST_NUMBER = Integer.MAX_VALUE - 2 * 1024;

    private final Origin origin;
    private final Channel channel;
    private final Counters<ClusterStat> stats;
    private final long idleNanos;
    private final @Nullable Http2KeepAlive keepAlive;
    private final List<ResponseSink> touched = new ArrayList<>();
    private final List<Http2UpstreamStream> awaitingSettings = new ArrayList<>(0);
    private boolean settingsKnown;
    private boolean extendedConnect;
    private int peerLimit = STREAMS_BEFORE_SETTINGS;
    private int lent;
    private boolean leaving;
    private long requestsLeft;
    private int lastProcessed = Integer.MAX_VALUE;
    private ResponseFlag endFlag = ResponseFlag.UPSTREAM_CLOSED;

    Http2Upstream(Origin origin) {
        super(false);
        this.origin = origin;
        this.channel = origin.channel();
        this.stats = origin.books().stats();
        this.idleNanos = origin.pool().cluster().idleNanos();
        this.requestsLeft = origin.pool().cluster().requestsOfNew();
        this.keepAlive = origin.pool().cluster().config().policy().pool().http2KeepAlive();
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.pipeline().addLast(this);
        channel.config().setAutoRead(true);
    }

    /** As the configuration has it now. */
    private int configuredLimit() {
        int configured = origin.pool().cluster().config().maxConcurrentStreams();
        return configured == 0 ? Integer.MAX_VALUE : configured;
    }

    /** A request to be; it counts until it is given back or has ended. */
    Http2UpstreamStream lend() {
        lent++;
        origin.host().began();
        origin.host().reached();
        stats.inc(ClusterStat.UPSTREAM_RQ_TOTAL);
        stats.inc(ClusterStat.UPSTREAM_RQ_ACTIVE);
        requestsLeft--;
        if (requestsLeft == 0) {
            stats.inc(ClusterStat.UPSTREAM_CX_MAX_REQUESTS);
            leave();
        }
        return new Http2UpstreamStream(this);
    }

    boolean hasRoom() {
        int most = Math.min(peerLimit, configuredLimit());
        return !leaving
                && lent < most
                && connection().local().numActiveStreams() < most // those that end linger there
                && channel.isActive();
    }

    int load() {
        return lent;
    }

    /** Sends a stream's first frame; its number, or 0 where the connection takes no more. */
    int open(Head head, boolean ends, Http2UpstreamStream owner) {
        if (connection().goAwayReceived()
                || !connection().local().canOpenStream()
                || !channel.isActive()) {
            return 0;
        }
        int number = connection().local().incrementAndGetNextStreamId();
        if (number <= 0 || number >= LAST_NUMBER) {
            leave();
        }
        flood().streamOpened();
        ChannelFuture written =
                encoder().writeHeaders(context(), number, head, 0, ends, context().newPromise());
        Http2Stream stream = connection().stream(number);
        if (stream == null || written.isDone() && !written.isSuccess()) {
            return 0;
        }
        own(stream, owner);
        return number;
    }

    /** Whether the peer has said what it takes; if not, {@code stream} is flushed when it has. */
    boolean settingsKnown(Http2UpstreamStream stream) {
        if (!settingsKnown && !awaitingSettings.contains(stream)) {
            awaitingSettings.add(stream);
        }
        return settingsKnown;
    }

    /** Source: RFC 8441 §3. */
    boolean takesExtendedConnect() {
        return extendedConnect;
    }

    void streamDone() {
        lent--;
        origin.host().ended();
        stats.dec(ClusterStat.UPSTREAM_RQ_ACTIVE);
        origin.pool().cluster().breaker().requests().release();
        if (!leaving) {
            origin.pool().hasRoom(this);
        } else if (lent == 0) {
            channel.eventLoop().execute(this::drain);
        }
    }

    /** New requests go elsewhere; what it carries ends here. */
    private void leave() {
        leaving = true;
        origin.pool().left(this);
        if (lent == 0) {
            drain();
        }
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public void retire() {
        leave();
    }

    @Override
    public void abort() {
        leaving = true;
        channel.close();
    }

    /** Why streams end that end with the connection. */
    ResponseFlag endFlag() {
        return endFlag;
    }

    /** What the peer has said of a stream that ended without an answer. */
    Processed processed(int number) {
        return number > lastProcessed ? Processed.NO : Processed.PERHAPS;
    }

    /** A sink has been given something; it hears when the batch is over. */
    @SuppressWarnings("ReferenceEquality") // the same sink, often in a row
    void touched(ResponseSink sink) {
        if (touched.isEmpty() || touched.getLast() != sink) {
            touched.add(sink);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        super.channelReadComplete(context);
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).pause();
        }
        touched.clear();
    }

    @Override
    protected void headers(
            int streamId, @Nullable Http2UpstreamStream known, Head head, boolean ends) {
        if (known != null) {
            known.headers(head, ends);
        }
    }

    @Override
    protected void goAwayReceived(int lastStream, long code) {
        lastProcessed = lastStream;
        stats.inc(ClusterStat.UPSTREAM_CX_CLOSE_NOTIFY);
        leave();
    }

    @Override
    protected void settingsChanged(Http2Settings settings) {
        peerLimit = connection().local().maxActiveStreams();
        extendedConnect |= Boolean.TRUE.equals(settings.connectProtocolEnabled());
        settingsKnown = true;
        List<Http2UpstreamStream> waiting = List.copyOf(awaitingSettings);
        awaitingSettings.clear();
        waiting.forEach(Http2UpstreamStream::flush);
        origin.pool().changed();
    }

    @Override
    protected long idleNanos() {
        return idleNanos;
    }

    @Override
    protected long silenceNanos() {
        return keepAlive == null ? super.silenceNanos() : keepAlive.interval().toNanos();
    }

    @Override
    protected long answerNanos() {
        return keepAlive == null ? super.answerNanos() : keepAlive.timeout().toNanos();
    }

    @Override
    protected boolean asksWhenIdle() {
        return keepAlive != null;
    }

    @Override
    protected void counted(Event event) {
        switch (event) {
            case RX_RESET -> stats.inc(ClusterStat.HTTP2_RX_RESET);
            case TX_RESET -> stats.inc(ClusterStat.HTTP2_TX_RESET);
            case GOAWAY_SENT -> stats.inc(ClusterStat.HTTP2_GOAWAY_SENT);
            case KEEPALIVE_TIMEOUT -> stats.inc(ClusterStat.HTTP2_KEEPALIVE_TIMEOUT);
            case IDLE_TIMEOUT -> stats.inc(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            case PROTOCOL_ERROR,
                    FLOOD_EMPTY_FRAMES,
                    FLOOD_PRIORITY,
                    FLOOD_WINDOW_UPDATES,
                    FLOOD_CONTROL,
                    FLOOD_RESETS ->
                    broke();
        }
    }

    private void broke() {
        stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        endFlag = ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
        leaving = true;
        origin.pool().left(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        leaving = true;
        origin.pool().cluster().closed(this, lent > 0);
        List<Http2UpstreamStream> unopened = List.copyOf(awaitingSettings);
        awaitingSettings.clear();
        super.channelInactive(context);
        unopened.forEach(Http2UpstreamStream::closed);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof Http2Exception || cause.getCause() instanceof Http2Exception) {
            super.exceptionCaught(context, cause);
            return;
        }
        if (!(cause instanceof IOException)) {
            LOG.warn("upstream connection failed host={}", origin.host().address(), cause);
        }
        context.close();
    }
}
