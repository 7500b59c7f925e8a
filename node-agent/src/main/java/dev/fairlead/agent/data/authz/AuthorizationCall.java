package dev.fairlead.agent.data.authz;

import dev.fairlead.agent.data.stats.StatusClass;
import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question on its way to an authorizer. One that a kept connection has lost is sent once more,
 * over a new one.
 *
 * <p>Owner: the pod's worker loop. The listener hears once, perhaps before {@link #begin} returns;
 * after {@link #abort} it does not.
 */
public final class AuthorizationCall implements PodCluster.HttpWaiter, ResponseSink {

    /** Beyond, an answer is none. */
    private static final int MAX_ANSWER = 64 * 1024;

    private final PodCluster cluster;
    private final Question question;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable Consumer<Verdict> listener;
    private @Nullable UpstreamHost host;
    private @Nullable HttpRequest head;
    private @Nullable PendingRequest pending;
    private @Nullable UpstreamRequest upstream;
    private @Nullable Future<?> timer;
    private HttpHeaders headers = EmptyHttpHeaders.INSTANCE;
    private int status;
    private boolean again;

    public AuthorizationCall(PodCluster cluster, Question question, Consumer<Verdict> listener) {
        this.cluster = cluster;
        this.question = question;
        this.listener = listener;
    }

    public void begin(PickContext pick, EventLoop loop, Duration timeout) {
        host = cluster.pick(pick);
        if (host == null) {
            end(new Verdict.Failed());
            return;
        }
        timer = loop.schedule(this::late, timeout.toNanos(), TimeUnit.NANOSECONDS);
        acquire(false);
    }

    private void acquire(boolean fresh) {
        UpstreamHost to = host;
        if (to != null) {
            HttpRequest asking = question.head();
            head = asking;
            PendingRequest waits =
                    cluster.acquire(to, null, fresh, question.http2(), asking.headers(), this);
            if (listener == null && waits != null) {
                waits.cancel();
            } else {
                pending = waits;
            }
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
        given.send(Objects.requireNonNull(head, "asked for a connection"), this);
        given.write(question.body());
        given.flush();
    }

    @Override
    public void failed(ResponseFlag flag) {
        pending = null;
        end(new Verdict.Failed());
    }

    @Override
    public void interim(HttpResponse head) {}

    @Override
    public void head(HttpResponse head) {
        status = head.status().code();
        headers = new DefaultHttpHeaders().add(head.headers());
        StatusClass.count(cluster.allCounters(), status);
    }

    @Override
    public void content(HttpContent content) {
        ByteBuf bytes = content.content();
        byte[] some = new byte[Math.min(bytes.readableBytes(), MAX_ANSWER + 1 - body.size())];
        bytes.getBytes(bytes.readerIndex(), some);
        body.writeBytes(some);
        HttpHeaders trailers =
                content instanceof LastHttpContent last ? last.trailingHeaders() : null;
        if (trailers == null) {
            content.release();
            return;
        }
        upstream = null;
        Verdict verdict =
                body.size() > MAX_ANSWER
                        ? new Verdict.Failed()
                        : question.read(status, headers, body.toByteArray(), trailers);
        content.release();
        end(verdict);
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
            end(new Verdict.Failed());
        }
    }

    private void late() {
        Consumer<Verdict> told = listener;
        abort();
        if (told != null) {
            told.accept(new Verdict.Failed());
        }
    }

    private void end(Verdict verdict) {
        Consumer<Verdict> told = listener;
        listener = null;
        if (timer != null) {
            timer.cancel(false);
        }
        if (told != null) {
            told.accept(verdict);
        }
    }

    /** Nobody waits for the answer any more. */
    public void abort() {
        listener = null;
        if (timer != null) {
            timer.cancel(false);
        }
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
