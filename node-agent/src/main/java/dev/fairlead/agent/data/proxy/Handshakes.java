package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.capture.PodBounds;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TLS handshakes with a pod's callers that are under way. One address has so many at most. When the
 * pod has as many as it may, the oldest of the address with the most gives way: who comes with few
 * always gets in, however many somebody else begins.
 *
 * <p>Owner: the pod's loop. Cost: constant, but at the pod's bound, where all addresses are looked
 * at.
 */
final class Handshakes {

    private final PodBounds bounds;
    private final Map<InetAddress, ArrayDeque<Channel>> underWay = new HashMap<>();
    private int count;

    Handshakes(PodBounds bounds) {
        this.bounds = bounds;
    }

    /** What a handshake that begins meets. */
    sealed interface Admission {

        /** It may; {@code instead} of it another ends now, null: none. */
        record Admitted(@Nullable Channel instead) implements Admission {}

        /** Its address has as many as one may have. */
        record Refused() implements Admission {}
    }

    Admission begin(InetAddress source, Channel channel) {
        ArrayDeque<Channel> own = underWay.get(source);
        if (own != null && own.size() >= bounds.handshakesPerSource()) {
            return new Admission.Refused();
        }
        Channel victim = null;
        if (count >= bounds.handshakes()) {
            victim = oldestOfTheBiggest();
        }
        underWay.computeIfAbsent(source, _ -> new ArrayDeque<>(2)).add(channel);
        count++;
        return new Admission.Admitted(victim);
    }

    private @Nullable Channel oldestOfTheBiggest() {
        InetAddress source = null;
        ArrayDeque<Channel> most = null;
        for (Map.Entry<InetAddress, ArrayDeque<Channel>> each : underWay.entrySet()) {
            if (most == null || each.getValue().size() > most.size()) {
                source = each.getKey();
                most = each.getValue();
            }
        }
        if (source == null || most == null) {
            return null;
        }
        Channel oldest = most.peek();
        end(source, oldest);
        return oldest;
    }

    /** It is over, one way or the other. May be said again. */
    void end(InetAddress source, @Nullable Channel channel) {
        ArrayDeque<Channel> own = underWay.get(source);
        if (own != null && own.remove(channel)) {
            count--;
            if (own.isEmpty()) {
                underWay.remove(source);
            }
        }
    }

    int count() {
        return count;
    }
}
