package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.detect.FirstBytes;
import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.header.ProxyHeaderReader;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.model.listener.ConnectionFacts;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.Listener;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From an accepted connection to its filter chain. A connection whose listener has not come yet is
 * held, for a while; one that no chain takes is reset.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ChainSelection {

    private static final long HOLD_MILLIS = 10_000;

    private static final int MAX_HELD = 256;

    private final PodRuntime pod;
    private final Counters<ListenerStat> stats;
    private final Supplier<@Nullable Listener> listener;
    private final List<Held> held = new ArrayList<>();
    private final Map<Channel, Taken> live = new HashMap<>();

    /** By what a live connection was let in, and whether by mTLS. */
    private record Taken(ConnectionFacts facts, boolean mutual) {}

    private record Held(
            Channel channel, InetSocketAddress destination, Consumer<FilterChain> next) {}

    ChainSelection(
            PodRuntime pod, Counters<ListenerStat> stats, Supplier<@Nullable Listener> listener) {
        this.pod = pod;
        this.stats = stats;
        this.listener = listener;
    }

    /** Calls {@code next} with the chain, on the loop, perhaps later; or resets the connection. */
    void choose(Channel channel, InetSocketAddress destination, Consumer<FilterChain> next) {
        Listener current = listener.get();
        if (current == null) {
            hold(new Held(channel, destination, next));
            return;
        }
        if (!current.takesProxyHeader(destination.getPort())) {
            inspect(current, channel, destination, next);
            return;
        }
        ProxyHeaderReader.read(
                channel,
                current.detectTimeout(),
                outcome -> {
                    if (!mayEnter(channel, outcome)) {
                        return;
                    }
                    if (outcome instanceof ProxyHeaderReader.Outcome.Absent(boolean silent)
                            && silent) { // it has been waited for already
                        take(current, channel, facts(destination, FirstBytes.Found.NOTHING), next);
                    } else {
                        inspect(current, channel, destination, next);
                    }
                });
    }

    /** Notes what a PROXY header says; resets the connection where it is none. */
    private boolean mayEnter(Channel channel, ProxyHeaderReader.Outcome outcome) {
        switch (outcome) {
            case ProxyHeaderReader.Outcome.Found(@Nullable ProxyHeader said) -> {
                stats.inc(ListenerStat.PROXY_PROTO_FOUND);
                channel.attr(ProxyHeader.RECEIVED).set(said);
            }
            case ProxyHeaderReader.Outcome.Absent(boolean timedOut) -> {
                if (timedOut) {
                    stats.inc(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT);
                }
            }
            case ProxyHeaderReader.Outcome.Malformed(var _) -> {
                stats.inc(ListenerStat.PROXY_PROTO_ERROR);
                Relay.reset(channel);
                return false;
            }
        }
        return true;
    }

    private void inspect(
            Listener current,
            Channel channel,
            InetSocketAddress destination,
            Consumer<FilterChain> next) {
        if (current.inspection(destination.getAddress(), destination.getPort())
                == Listener.Inspection.NONE) {
            take(current, channel, facts(destination, FirstBytes.Found.NOTHING), next);
            return;
        }
        boolean wantsHttp =
                !current.detectedProtocols(destination.getAddress(), destination.getPort())
                        .isEmpty();
        FirstBytes.read(
                channel,
                wantsHttp,
                current.detectTimeout(),
                found -> {
                    count(found);
                    take(current, channel, facts(destination, found), next);
                });
    }

    private static ConnectionFacts facts(InetSocketAddress destination, FirstBytes.Found found) {
        return new ConnectionFacts(
                destination.getAddress(),
                destination.getPort(),
                found.tls(),
                found.serverName(),
                found.protocols());
    }

    private void count(FirstBytes.Found found) {
        if (found.timedOut()) {
            stats.inc(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT);
        } else if (found.tls()) {
            stats.inc(ListenerStat.DETECTED_TLS);
        } else if (found.speaksHttp1()) {
            stats.inc(ListenerStat.DETECTED_HTTP);
        } else {
            stats.inc(ListenerStat.DETECTED_TCP);
        }
    }

    private void take(
            Listener current, Channel channel, ConnectionFacts facts, Consumer<FilterChain> next) {
        FilterChain chain = current.select(facts);
        if (chain == null) {
            stats.inc(ListenerStat.NO_FILTER_CHAIN_MATCH);
            Relay.reset(channel);
            return;
        }
        live.put(channel, new Taken(facts, chain.tls() != null));
        channel.closeFuture().addListener(_ -> live.remove(channel));
        next.accept(chain);
    }

    /**
     * Resets the live connections that the present listener would not let in as they are: a plain
     * one where it demands mTLS now, or none at all.
     */
    void revoke() {
        Listener current = listener.get();
        if (current == null) {
            return;
        }
        for (Map.Entry<Channel, Taken> each : List.copyOf(live.entrySet())) {
            FilterChain chain = current.select(each.getValue().facts);
            if (chain == null || (chain.tls() != null) != each.getValue().mutual) {
                stats.inc(ListenerStat.REVOKED);
                Relay.reset(each.getKey());
            }
        }
    }

    private void hold(Held connection) {
        if (held.size() >= MAX_HELD) {
            giveUp(connection);
            return;
        }
        stats.inc(ListenerStat.HELD_FOR_CONFIGURATION);
        held.add(connection);
        pod.context()
                .loop()
                .schedule(
                        () -> {
                            if (held.remove(connection)) {
                                giveUp(connection);
                            }
                        },
                        HOLD_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void giveUp(Held connection) {
        stats.inc(ListenerStat.NOT_READY);
        Relay.reset(connection.channel);
    }

    void retryHeld() {
        if (!held.isEmpty() && listener.get() != null) {
            List<Held> now = new ArrayList<>(held);
            held.clear();
            now.forEach(h -> choose(h.channel, h.destination, h.next));
        }
    }
}
