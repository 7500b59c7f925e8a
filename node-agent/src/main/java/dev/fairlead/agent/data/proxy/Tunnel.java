package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ConnectionHeader;
import dev.fairlead.agent.data.http.Upgrades;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange that changes its protocol, or CONNECTs, has beyond others: whether it may, how
 * the change is said, and the two directions of what follows.
 *
 * <p>Source: RFC 9110 §7.8, §9.3.6; Envoy, "HTTP upgrades". Owner: its exchange.
 */
final class Tunnel {

    /** Nothing moved for so long: it ends. As opaque connections. */
    private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final HttpRequest request;
    private final HttpRouter router;
    private final @Nullable String upgrade;
    private boolean open;
    private boolean clientEnded;
    private boolean upstreamEnded;
    private long movedNanos;
    private @Nullable Future<?> idleTimer;

    private Tunnel(HttpRequest request, HttpRouter router, @Nullable String upgrade) {
        this.request = request;
        this.router = router;
        this.upgrade = upgrade;
    }

    /** What {@code request} asks for; null: nothing of the kind. */
    static @Nullable Tunnel asked(HttpRequest request, HttpRouter router) {
        if (request.method().equals(HttpMethod.CONNECT)) {
            return new Tunnel(request, router, null);
        }
        HttpHeaders headers = request.headers();
        String upgrade =
                headers.contains(HttpHeaderNames.UPGRADE)
                                && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                        ? Upgrades.asked(headers)
                        : null;
        return upgrade == null ? null : new Tunnel(request, router, upgrade);
    }

    /** Protocol to change to; null: CONNECT. */
    @Nullable String upgrade() {
        return upgrade;
    }

    boolean allowedBy(RouteAction.Forward action) {
        String protocol = upgrade == null ? "connect" : upgrade;
        return action.upgrades().getOrDefault(protocol, router.upgrades().contains(protocol));
    }

    /** Says in the edited head what is asked for. */
    void edit() {
        if (upgrade != null) {
            Upgrades.say(request.headers(), upgrade);
            Upgrades.addKey(request.headers(), upgrade, ThreadLocalRandom.current());
        }
    }

    /**
     * Opens it if {@code response} does so, and edits the response for the client.
     *
     * @return whether it is open
     */
    boolean opens(HttpResponse response, EventLoop loop, Runnable idle) {
        open =
                upgrade == null
                        ? response.status().codeClass() == HttpStatusClass.SUCCESS
                        : response.status().code() == 101;
        if (!open) {
            return false;
        }
        HttpHeaders headers = response.headers();
        ConnectionHeader.removeHopByHop(headers);
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (upgrade != null) {
            Upgrades.say(headers, upgrade);
            Upgrades.addAccept(headers, request.headers(), upgrade);
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        router.counters().counters().inc(HttpStat.DOWNSTREAM_CX_UPGRADES_TOTAL);
        router.counters().counters().inc(HttpStat.DOWNSTREAM_CX_UPGRADES_ACTIVE);
        moved();
        arm(loop, idle, IDLE_NANOS);
        return true;
    }

    private void arm(EventLoop loop, Runnable idle, long delayNanos) {
        idleTimer = loop.schedule(() -> checkIdle(loop, idle), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle(EventLoop loop, Runnable idle) {
        long left = IDLE_NANOS - (System.nanoTime() - movedNanos);
        if (left > 0) {
            arm(loop, idle, left);
        } else {
            idle.run();
        }
    }

    boolean isOpen() {
        return open;
    }

    void moved() {
        movedNanos = System.nanoTime();
    }

    /** The client's direction has ended; whether both have. */
    boolean clientEnded() {
        clientEnded = true;
        return upstreamEnded;
    }

    /** The upstream's direction has ended; whether both have. */
    boolean upstreamEnded() {
        upstreamEnded = true;
        return clientEnded;
    }

    /** The exchange is over. */
    void close() {
        if (open) {
            router.counters().counters().dec(HttpStat.DOWNSTREAM_CX_UPGRADES_ACTIVE);
        }
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
    }
}
