package dev.fairlead.agent.data.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stream that carries one message each way, in Netty's HTTP/1 objects: out in as few frames as it
 * takes, in with the window as back-pressure.
 *
 * <p>Owner: the connection's loop.
 */
public abstract class MessageStream implements PeerStream {

    private static final int NOT_YET = 0;

    private final Peer<? extends PeerStream> peer;
    private int id;
    private @Nullable Head waitingHead;
    private @Nullable ChannelFuture lastWrite;
    private boolean closed;
    private boolean outputEnded;
    private boolean readable = true;
    private int held;
    private int window = Codec.STREAM_WINDOW;
    private int grown;
    private int inARow;

    /** Of the other side's making. */
    protected MessageStream(Peer<? extends PeerStream> peer, int id) {
        this.peer = peer;
        this.id = id;
    }

    /** Of ours; its first frame gives it a number. */
    protected MessageStream(Peer<? extends PeerStream> peer) {
        this(peer, NOT_YET);
    }

    /** Opens a stream of ours with its first frame; false: it could not be. */
    protected abstract boolean open(Head head, boolean ends);

    /** Whether a stream of ours may be opened now; if not, {@link #flush} is called later. */
    protected boolean ready() {
        return true;
    }

    /** A piece of the other side's body; to be released. */
    protected abstract void received(HttpContent content);

    protected final Peer<? extends PeerStream> peer() {
        return peer;
    }

    protected final int id() {
        return id;
    }

    protected final void opened(int number) {
        id = number;
    }

    protected final boolean isClosed() {
        return closed;
    }

    /** Whether the end of our message is written. */
    protected final boolean outputEnded() {
        return outputEnded;
    }

    /** Takes the head, which leaves with what follows it, or with {@link #pushHead}. */
    protected final void writeHead(Head head) {
        waitingHead = head;
    }

    /** A head that does not count as one. */
    protected final void writeInterim(Head head) {
        if (!closed) {
            peer.encoder().writeHeaders(context(), id, head, 0, false, promise());
            peer.flushSoon();
        }
    }

    /** A piece of our body, or its end with trailers. */
    protected final void writeContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        ByteBuf data = content.content();
        HttpHeaders trailers =
                content instanceof LastHttpContent end
                        ? end.trailingHeaders()
                        : EmptyHttpHeaders.INSTANCE;
        boolean hasTrailers = !trailers.isEmpty();
        boolean empty = !data.isReadable();
        pushHead(last && empty && !hasTrailers);
        if (closed || outputEnded || id == NOT_YET || empty && !last) {
            content.release();
            return;
        }
        if (hasTrailers) {
            writeData(content, false);
            outputEnded = true;
            lastWrite =
                    peer.encoder()
                            .writeHeaders(
                                    context(),
                                    id,
                                    ResponseHeads.writeTrailers(trailers),
                                    0,
                                    true,
                                    promise());
        } else {
            writeData(content, last);
        }
        peer.flushSoon();
    }

    private void writeData(HttpContent content, boolean last) {
        ByteBuf data = content.content();
        if (!data.isReadable() && !last) {
            content.release();
            return;
        }
        outputEnded = last;
        peer.flood().dataSent();
        ChannelFuture written = peer.encoder().writeData(context(), id, data, 0, last, promise());
        if (last) {
            lastWrite = written;
        }
    }

    /** Writes the head that waits, if one does. */
    protected final void pushHead(boolean ends) {
        Head head = waitingHead;
        if (head == null || id == NOT_YET && !ready()) {
            return;
        }
        waitingHead = null;
        if (closed) {
            return;
        }
        outputEnded = ends;
        if (id == NOT_YET) {
            open(head, ends);
        } else {
            lastWrite = peer.encoder().writeHeaders(context(), id, head, 0, ends, promise());
        }
        peer.flushSoon();
    }

    /** What is written leaves with all else that this turn of the loop writes. */
    public final void flush() {
        pushHead(false);
        peer.flushSoon();
    }

    /** False: what is written from now on is held in memory. */
    public final boolean isWritable() {
        Http2Stream stream = stream();
        return stream == null
                ? context().channel().isWritable()
                : peer.encoder().flowController().isWritable(stream);
    }

    /** Whether the other side's body is wanted: its window is given back only then. */
    public final void readable(boolean yes) {
        readable = yes;
        inARow = 0;
        Http2Stream stream = stream();
        if (yes && held > 0 && stream != null && !closed) {
            int bytes = held;
            held = 0;
            try {
                peer.decoder().flowController().consumeBytes(stream, bytes);
                peer.flushSoon();
            } catch (Http2Exception e) {
                peer.onError(context(), true, e);
            }
        }
    }

    @Override
    public final int data(ByteBuf data, int padding, boolean ends) {
        int bytes = data.readableBytes() + padding;
        ByteBuf own = data.retain();
        received(
                ends
                        ? new DefaultLastHttpContent(own, Head.UNCHECKED)
                        : new DefaultHttpContent(own));
        if (readable || closed || ends) {
            keptUp(bytes, ends);
            return 0;
        }
        held += bytes;
        return bytes;
    }

    /** Whose reader takes a whole window without a pause gets a larger one. */
    private void keptUp(int bytes, boolean ends) {
        inARow += bytes;
        Http2Stream stream = stream();
        if (inARow < window || window >= Codec.MAX_STREAM_WINDOW || ends || stream == null) {
            return;
        }
        inARow = 0;
        int more = peer.grow(window);
        window += more;
        grown += more;
        if (more > 0) {
            try {
                peer.decoder().flowController().incrementWindowSize(stream, more);
            } catch (Http2Exception e) {
                peer.onError(context(), true, e);
            }
        }
    }

    @Override
    public void closed() {
        if (!closed) {
            peer.giveBack(grown);
        }
        closed = true;
        waitingHead = null;
    }

    /** Ends the stream as soon as our message has left, if the other side has not ended its own. */
    protected final void resetWhenSent(Http2Error code) {
        ChannelFuture sent = lastWrite;
        if (sent == null || sent.isDone()) {
            resetNow(code);
        } else {
            sent.addListener(_ -> resetNow(code));
        }
    }

    /** Ends the stream, unless it has ended. */
    protected final void resetNow(Http2Error code) {
        waitingHead = null;
        if (!closed && id != NOT_YET) {
            peer.reset(id, code);
        }
    }

    protected final @Nullable Http2Stream stream() {
        return id == NOT_YET ? null : peer.connection().stream(id);
    }

    protected final ChannelHandlerContext context() {
        return peer.context();
    }

    protected final ChannelPromise promise() {
        return context().newPromise();
    }
}
