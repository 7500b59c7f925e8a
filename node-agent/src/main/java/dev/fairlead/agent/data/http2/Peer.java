package dev.fairlead.agent.data.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of HTTP/2 connections of ours have in common: streams and their owners, one flush
 * a turn of the loop, keep-alive, floods, and how connections end.
 *
 * <p>Owner: the connection's loop.
 *
 * @param <S> what a stream is to its owner
 */
public abstract class Peer<S extends PeerStream> extends Http2ConnectionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    /** A peer with open streams that says nothing for so long is asked. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Within this it must have answered. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long PING = 0x666169726c656164L;
    private static final long DRAIN_PING = 0x64726169696e6721L;

    /** How long a drain waits for the peer's answer before it names the last stream. */
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final io.netty.handler.codec.http2.Http2Connection.PropertyKey key;
    private final FloodGuard flood = new FloodGuard(System.nanoTime());
    private @Nullable ChannelHandlerContext ctx;
    private int growth = Codec.MAX_GROWTH;
    private boolean flushScheduled;
    private boolean draining;
    private boolean closing;
    private @Nullable Future<?> drainTimer;
    private long heardNanos = System.nanoTime();
    private long idleSinceNanos = System.nanoTime();
    private boolean asked;
    private long askedNanos;
    private @Nullable Future<?> timer;

    protected Peer(boolean server) {
        this(server ? Codec.server() : Codec.client());
    }

    private Peer(Codec codec) {
        super(codec.decoder(), codec.encoder(), codec.settings(), true);
        key = codec.connection().newKey();
        codec.decoder().frameListener(new Frames());
        codec.connection().addListener(new Streams());
        codec.encoder()
                .flowController()
                .listener(stream -> {
                    S own = own(stream);
                    if (own != null) {
                        own.writabilityChanged();
                    }
                });
    }

    /** A head has come: of a new stream where {@code known} is null, else trailers. */
    protected abstract void headers(int streamId, @Nullable S known, Head head, boolean ends)
            throws Http2Exception;

    /** The peer lets no new stream begin; those above {@code lastStream} will end now. */
    protected abstract void goAwayReceived(int lastStream, long code);

    /** The peer said what it allows. */
    protected abstract void settingsChanged(Http2Settings settings);

    /** Idle for {@code nanos}: how long an idle connection may stay. */
    protected abstract long idleNanos();

    /** A peer with open streams that says nothing for so long is asked. */
    protected long silenceNanos() {
        return SILENCE_NANOS;
    }

    /** Within this it must have answered. */
    protected long answerNanos() {
        return ANSWER_NANOS;
    }

    /** Whether one without streams is asked, too. */
    protected boolean asksWhenIdle() {
        return false;
    }

    protected abstract void counted(Event event);

    /** What is counted. */
    public enum Event {
        RX_RESET,
        TX_RESET,
        GOAWAY_SENT,
        KEEPALIVE_TIMEOUT,
        IDLE_TIMEOUT,
        PROTOCOL_ERROR,
        FLOOD_EMPTY_FRAMES,
        FLOOD_PRIORITY,
        FLOOD_WINDOW_UPDATES,
        FLOOD_CONTROL,
        FLOOD_RESETS
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        ctx = context;
        super.handlerAdded(context);
        // more than the protocol's 64 KiB may be under way on the whole connection
        decoder()
                .flowController()
                .incrementWindowSize(
                        connection().connectionStream(), Codec.CONNECTION_WINDOW - 0xffff);
        armTimer(Math.min(silenceNanos(), idleNanos()));
        flushSoon();
    }

    public final ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx, "not yet in a pipeline");
    }

    /** What is written leaves when the loop has read from all that was ready. */
    public final void flushSoon() {
        if (!flushScheduled) {
            flushScheduled = true;
            context()
                    .channel()
                    .eventLoop()
                    .execute(() -> {
                        flushScheduled = false;
                        if (context().channel().isActive()) {
                            flush(context());
                        }
                    });
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        context.fireChannelReadComplete();
        flushSoon();
    }

    /** Binds a stream to its owner, until it closes. */
    protected final void own(Http2Stream stream, S owner) {
        stream.setProperty(key, owner);
    }

    /** Asks the owner of each open stream. */
    protected final void forEachStream(Consumer<S> asked) throws Http2Exception {
        connection()
                .forEachActiveStream(stream -> {
                    S owner = own(stream);
                    if (owner != null) {
                        asked.accept(owner);
                    }
                    return true;
                });
    }

    private @Nullable S own(@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(key);
    }

    protected final FloodGuard flood() {
        return flood;
    }

    private void check(FloodGuard.Flood found) throws Http2Exception {
        Event event =
                switch (found) {
                    case NONE -> null;
                    case EMPTY_FRAMES -> Event.FLOOD_EMPTY_FRAMES;
                    case PRIORITY -> Event.FLOOD_PRIORITY;
                    case WINDOW_UPDATES -> Event.FLOOD_WINDOW_UPDATES;
                    case CONTROL -> Event.FLOOD_CONTROL;
                    case RESETS -> Event.FLOOD_RESETS;
                };
        if (event != null) {
            counted(event);
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "flood");
        }
    }

    /** Where the codec's interface has no exception. */
    private void endForFlood(ChannelHandlerContext context, FloodGuard.Flood found) {
        try {
            check(found);
        } catch (Http2Exception e) {
            onError(context, false, e);
        }
    }

    /** Lets windows of streams grow by {@code bytes}; 0: they have grown enough. */
    final int grow(int bytes) {
        int granted = Math.min(bytes, growth);
        growth -= granted;
        return granted;
    }

    /** A stream whose window had grown is over. */
    final void giveBack(int bytes) {
        growth += bytes;
    }

    /** Resets one stream. */
    public final void reset(int streamId, Http2Error code) {
        counted(Event.TX_RESET);
        resetStream(context(), streamId, code.code(), context().newPromise());
        flushSoon();
    }

    /**
     * Takes no new streams from the peer and says so; closes when the last has ended. Streams that
     * the peer has begun before it can have heard of it are served: the first GOAWAY names none,
     * and what is the last one is said when a ping has come back. Source: RFC 9113 §6.8.
     */
    protected final void drain() {
        if (draining || !context().channel().isActive()) {
            return;
        }
        draining = true;
        counted(Event.GOAWAY_SENT);
        if (connection().isServer()) {
            sendGoAway(Integer.MAX_VALUE);
            encoder().writePing(context(), false, DRAIN_PING, context().newPromise());
            drainTimer =
                    context()
                            .channel()
                            .eventLoop()
                            .schedule(this::sendLastGoAway, DRAIN_NANOS, TimeUnit.NANOSECONDS);
            flushSoon();
        } else {
            sendLastGoAway();
        }
    }

    private void sendLastGoAway() {
        if (!closing && context().channel().isActive()) {
            closing = true;
            sendGoAway(connection().remote().lastStreamCreated());
            flushSoon();
            closeIfDone();
        }
    }

    private void sendGoAway(int lastStream) {
        goAway(
                context(),
                lastStream,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
    }

    private void closeIfDone() {
        if (closing && connection().numActiveStreams() == 0) {
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context,
            boolean outbound,
            Throwable cause,
            Http2Exception.StreamException error) {
        FloodGuard.Flood found =
                outbound || !connection().isServer()
                        ? FloodGuard.Flood.NONE
                        : flood.prematureReset(System.nanoTime());
        if (found != FloodGuard.Flood.NONE) {
            endForFlood(context, found); // whoever makes us reset saves the frame, not us the work
            return;
        }
        LOG.debug(
                "stream reset peer={} stream={} code={}",
                context.channel().remoteAddress(),
                error.streamId(),
                error.error(),
                cause);
        Http2Stream stream = connection().stream(error.streamId());
        S own = own(stream);
        counted(Event.TX_RESET);
        if (own == null || stream == null || outbound) {
            super.onStreamError(context, outbound, cause, error);
            return;
        }
        boolean afterItsEnd =
                connection().isServer()
                        && error.error() == Http2Error.PROTOCOL_ERROR
                        && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE;
        own.broke(error.error());
        super.onStreamError(
                context, false, cause, afterItsEnd ? streamClosed(error.streamId()) : error);
    }

    /** What the codec calls a protocol error where the peer went on after its END_STREAM. */
    private static Http2Exception.StreamException streamClosed(int streamId) {
        return (Http2Exception.StreamException)
                Http2Exception.streamError(
                        streamId, Http2Error.STREAM_CLOSED, "a frame after the stream's end");
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context,
            boolean outbound,
            Throwable cause,
            @Nullable Http2Exception error) {
        if (!outbound && error != null) {
            counted(Event.PROTOCOL_ERROR);
        }
        counted(Event.GOAWAY_SENT);
        super.onConnectionError(context, outbound, cause, error);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (timer != null) {
            timer.cancel(false);
        }
        if (drainTimer != null) {
            drainTimer.cancel(false);
        }
        super.channelInactive(context);
    }

    private void armTimer(long delayNanos) {
        timer =
                context()
                        .channel()
                        .eventLoop()
                        .schedule(this::checkTimer, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkTimer() {
        long now = System.nanoTime();
        long next = Long.MAX_VALUE;
        if (connection().numActiveStreams() == 0) {
            next = idleNanos() - (now - idleSinceNanos);
            if (next <= 0) {
                counted(Event.IDLE_TIMEOUT);
                drain();
                return;
            }
            if (!asksWhenIdle()) {
                armTimer(Math.min(next, silenceNanos())); // a stream may begin before
                return;
            }
        }
        long silence = now - heardNanos;
        if (asked && now - askedNanos >= answerNanos()) {
            counted(Event.KEEPALIVE_TIMEOUT);
            context().close();
        } else if (asked) {
            armTimer(answerNanos() - (now - askedNanos));
        } else if (silence >= silenceNanos()) {
            asked = true;
            askedNanos = now;
            encoder().writePing(context(), false, PING, context().newPromise());
            flushSoon();
            armTimer(answerNanos());
        } else {
            armTimer(Math.min(next, silenceNanos() - silence));
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, java.util.List<Object> out)
            throws Exception {
        heardNanos = System.nanoTime();
        asked = false;
        super.decode(context, in, out);
    }

    /** Streams that end, for whatever reason. */
    private final class Streams extends Http2ConnectionAdapter {

        @Override
        public void onStreamClosed(Http2Stream stream) {
            S own = own(stream);
            if (own != null) {
                own.closed();
            }
            if (connection().numActiveStreams() == 0) {
                idleSinceNanos = System.nanoTime();
            }
        }

        @Override
        public void onStreamRemoved(Http2Stream stream) {
            if (closing && context().channel().isActive()) {
                context().channel().eventLoop().execute(Peer.this::closeIfDone);
            }
        }

        @Override
        public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
            goAwayReceived(lastStreamId, errorCode);
        }
    }

    /** Frames that the codec has found in order. */
    private final class Frames extends Http2FrameAdapter {

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int streamId,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean ends)
                throws Http2Exception {
            onHeadersRead(context, streamId, headers, padding, ends);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int streamId,
                Http2Headers headers,
                int padding,
                boolean ends)
                throws Http2Exception {
            Peer.this.headers(streamId, own(connection().stream(streamId)), (Head) headers, ends);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext context,
                int streamId,
                ByteBuf data,
                int padding,
                boolean ends)
                throws Http2Exception {
            check(flood.data(data.readableBytes(), ends));
            S own = own(connection().stream(streamId));
            int bytes = data.readableBytes() + padding; // before the owner reads them
            return own == null ? bytes : bytes - own.data(data, padding, ends);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int streamId, long code)
                throws Http2Exception {
            counted(Event.RX_RESET);
            S own = own(connection().stream(streamId));
            if (own != null && own.reset(code) && connection().isServer()) {
                check(flood.prematureReset(System.nanoTime()));
            }
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext context,
                int streamId,
                int dependency,
                short weight,
                boolean exclusive) {
            FloodGuard.Flood found = flood.priority();
            if (found != FloodGuard.Flood.NONE) {
                endForFlood(context, found);
            }
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment)
                throws Http2Exception {
            check(flood.windowUpdate());
        }

        @Override
        public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
            check(flood.control(System.nanoTime()));
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext context, long data) {
            if (data == DRAIN_PING) {
                sendLastGoAway();
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
                throws Http2Exception {
            check(flood.control(System.nanoTime()));
            settingsChanged(settings);
        }
    }
}
