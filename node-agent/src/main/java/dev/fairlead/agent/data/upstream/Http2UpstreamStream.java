package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.http.Upgrades;
import dev.fairlead.agent.data.http2.Head;
import dev.fairlead.agent.data.http2.MessageStream;
import dev.fairlead.agent.data.http2.RequestHeads;
import dev.fairlead.agent.data.http2.ResponseHeads;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.ResponseSink.Processed;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/**
 * One request on an HTTP/2 connection to an endpoint.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class Http2UpstreamStream extends MessageStream implements UpstreamRequest {

    private static final int MAX_INTERIM = 8;

    private final Http2Upstream connection;
    private final Counters<ClusterStat> stats;
    private @Nullable ResponseSink sink;
    private @Nullable String upgrade;
    private boolean opening;
    private boolean responseEnded;
    private boolean responseBegun;
    private int interims;
    private boolean done;
    private boolean grpc;

    Http2UpstreamStream(Http2Upstream connection) {
        super(connection);
        this.connection = connection;
        this.stats = connection.origin().books().stats();
    }

    private UpstreamHost host() {
        return connection.origin().host();
    }

    @Override
    public void send(HttpRequest head, ResponseSink waiting) {
        send(head, null, waiting);
    }

    @Override
    public void sendForTunnel(HttpRequest head, @Nullable String protocol, ResponseSink waiting) {
        upgrade = protocol;
        opening = true;
        send(head, protocol, waiting);
    }

    private void send(HttpRequest head, @Nullable String protocol, ResponseSink waiting) {
        sink = waiting;
        grpc = host().outliers() != null && GrpcCall.begins(head);
        if (account() != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_SAME_NODE);
        }
        writeHead(RequestHeads.write(head, protocol));
    }

    @Override
    protected boolean ready() {
        return upgrade == null || connection.settingsKnown(this);
    }

    @Override
    protected boolean open(Head head, boolean ends) {
        if (upgrade != null && !connection.takesExtendedConnect()) {
            context()
                    .channel()
                    .eventLoop()
                    .execute(() -> end(ResponseFlag.UPSTREAM_PROTOCOL_ERROR, Processed.PERHAPS));
            return false;
        }
        int number = connection.open(head, ends, this);
        if (number > 0) {
            opened(number);
            return true;
        }
        // not inside of the caller's call: it goes on writing to us
        context()
                .channel()
                .eventLoop()
                .execute(() -> end(ResponseFlag.UPSTREAM_CLOSED, Processed.NO));
        return false;
    }

    @Override
    public void write(HttpContent content) {
        stats.add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, content.content().readableBytes());
        if (done) {
            content.release();
            return;
        }
        writeContent(content);
        if (responseEnded && outputEnded()) {
            detach();
        }
    }

    /** The head of a response, or trailers. */
    void headers(Head head, boolean ends) {
        ResponseSink waiting = sink;
        if (waiting == null) {
            return;
        }
        connection.touched(waiting);
        if (responseBegun) {
            last(ResponseHeads.readTrailers(head), waiting);
            return;
        }
        HttpResponse response = ResponseHeads.read(head);
        if (response == null) {
            refuse();
        } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            interims++;
            if (interims > MAX_INTERIM || ends) {
                refuse();
            } else {
                waiting.interim(response);
            }
        } else {
            responseBegun = true;
            host().answered(response, grpc);
            if (opening && response.status().codeClass() != HttpStatusClass.SUCCESS) {
                writeContent(LastHttpContent.EMPTY_LAST_CONTENT); // no tunnel: that was all
            } else if (upgrade != null) {
                response.setStatus(HttpResponseStatus.SWITCHING_PROTOCOLS);
                Upgrades.say(response.headers(), upgrade);
            }
            waiting.head(response);
            if (ends && sink != null) {
                last(LastHttpContent.EMPTY_LAST_CONTENT, waiting);
            }
        }
    }

    private void refuse() {
        stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        if (sink != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_TX_RESET);
        }
        end(ResponseFlag.UPSTREAM_PROTOCOL_ERROR, Processed.PERHAPS);
        resetNow(Http2Error.PROTOCOL_ERROR);
    }

    @Override
    protected void received(HttpContent content) {
        ResponseSink waiting = sink;
        if (waiting == null) {
            content.release();
            return;
        }
        if (!responseBegun) { // a body without a head
            content.release();
            refuse();
            return;
        }
        stats.add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, content.content().readableBytes());
        connection.touched(waiting);
        if (content instanceof LastHttpContent last) {
            last(last, waiting);
        } else {
            waiting.content(content);
        }
    }

    /** First the stream is done with, then the sink is told. */
    private void last(LastHttpContent content, ResponseSink waiting) {
        if (opening && !outputEnded()) { // one direction of a tunnel
            responseEnded = true;
            waiting.content(content);
            return;
        }
        detach();
        if (!outputEnded()) { // an answer that did not wait for the whole question
            resetNow(Http2Error.NO_ERROR);
        }
        waiting.content(content);
    }

    /** The stream ends without an answer, or without its end. */
    private void end(ResponseFlag flag, Processed processed) {
        ResponseSink waiting = sink;
        detach();
        if (waiting != null) {
            host().failed(flag);
            waiting.reset(flag, processed);
        }
    }

    private void detach() {
        sink = null;
        if (!done) {
            done = true;
            connection.streamDone();
        }
    }

    @Override
    public void abort() {
        if (sink != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_TX_RESET);
        }
        detach();
        resetNow(Http2Error.CANCEL);
    }

    @Override
    public void giveBack() {
        detach();
    }

    @Override
    public boolean reset(long code) {
        boolean premature = sink != null;
        boolean refused = code == Http2Error.REFUSED_STREAM.code();
        if (premature && !refused) { // Envoy, MultiplexedActiveClientBase::onStreamReset
            stats.inc(ClusterStat.UPSTREAM_RQ_RX_RESET);
        }
        if (refused) {
            end(ResponseFlag.UPSTREAM_REFUSED, Processed.NO);
        } else {
            end(ResponseFlag.UPSTREAM_RESET, Processed.PERHAPS);
        }
        return premature;
    }

    @Override
    public void broke(Http2Error code) {
        stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        end(ResponseFlag.UPSTREAM_PROTOCOL_ERROR, Processed.PERHAPS);
    }

    @Override
    public void closed() {
        super.closed();
        if (sink != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
            end(connection.endFlag(), connection.processed(id()));
        }
    }

    @Override
    public void writabilityChanged() {
        if (sink != null) {
            sink.writable(isWritable());
        }
    }

    @Override
    public @Nullable DestinationAccount account() {
        return connection.origin().account();
    }

    @Override
    public boolean mutual() {
        return connection.origin().mutual();
    }
}
