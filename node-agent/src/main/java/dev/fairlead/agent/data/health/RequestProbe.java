package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A check that is a request. One that a kept connection has lost is sent once more, over a new one.
 *
 * <p>Owner: the pod's worker loop.
 */
abstract class RequestProbe implements CheckSession.Probe, PodCluster.HttpWaiter, ResponseSink {

    private @Nullable PodCluster cluster;
    private @Nullable UpstreamHost host;
    private @Nullable Consumer<Outcome> listener;
    private @Nullable PendingRequest pending;
    private @Nullable UpstreamRequest upstream;
    private boolean again;

    /** Made anew for each time that it is sent. */
    abstract HttpRequest request();

    abstract LastHttpContent body();

    abstract boolean http2();

    /** The head of the answer. */
    abstract void read(HttpResponse head);

    /** A piece of its body; not to be released. */
    abstract void read(HttpContent content);

    /** The answer was whole. */
    abstract boolean isWell();

    @Override
    public void begin(PodCluster of, UpstreamHost endpoint, Consumer<Outcome> ended) {
        cluster = of;
        host = endpoint;
        listener = ended;
        acquire(false);
    }

    private void acquire(boolean fresh) {
        if (cluster != null && host != null) {
            pending = cluster.acquire(host, null, fresh, http2(), this);
        }
    }

    @Override
    public void connected(UpstreamRequest given) {
        pending = null;
        if (listener == null) {
            given.giveBack();
            return;
        }
        upstream = given;
        given.send(request(), this);
        given.write(body());
        given.flush();
    }

    @Override
    public void failed(ResponseFlag flag) {
        pending = null;
        end(flag == ResponseFlag.NOT_READY ? Outcome.NOT_ASKED : Outcome.NETWORK_FAILURE);
    }

    private void end(Outcome outcome) {
        Consumer<Outcome> told = listener;
        listener = null;
        if (told != null) {
            told.accept(outcome);
        }
    }

    @Override
    public void interim(HttpResponse head) {}

    @Override
    public void head(HttpResponse head) {
        read(head);
    }

    @Override
    public void content(HttpContent content) {
        read(content);
        boolean last = content instanceof LastHttpContent;
        content.release();
        if (last) {
            upstream = null;
            end(isWell() ? Outcome.SUCCESS : Outcome.FAILURE);
        }
    }

    @Override
    public void pause() {}

    @Override
    public void writable(boolean yes) {}

    @Override
    public void reset(ResponseFlag flag, Processed processed) {
        upstream = null;
        if (processed != Processed.PERHAPS && !again && listener != null) {
            again = true;
            acquire(true);
        } else {
            end(Outcome.NETWORK_FAILURE);
        }
    }

    @Override
    public void abort() {
        listener = null;
        if (pending != null) {
            pending.cancel();
            pending = null;
        }
        UpstreamRequest current = upstream;
        upstream = null;
        if (current != null) {
            current.abort();
        }
    }
}
