package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one endpoint: one for each version of HTTP and each address that the endpoint sees.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HostPools {

    private @Nullable HostPool http1;
    private @Nullable HostPool http2;
    private final Map<InetAddress, HostPool> http1From = new HashMap<>(0);
    private final Map<InetAddress, HostPool> http2From = new HashMap<>(0);

    @Nullable HostPool get(@Nullable InetAddress from, HttpProtocol asked) {
        boolean two = asked == HttpProtocol.HTTP2;
        if (from == null) {
            return two ? http2 : http1;
        }
        return (two ? http2From : http1From).get(from);
    }

    void put(HostPool pool) {
        set(pool.from(), pool.asked(), pool);
    }

    @SuppressWarnings("ReferenceEquality") // another may have taken its place
    void remove(HostPool pool) {
        if (get(pool.from(), pool.asked()) == pool) {
            set(pool.from(), pool.asked(), null);
        }
    }

    private void set(@Nullable InetAddress from, HttpProtocol asked, @Nullable HostPool pool) {
        boolean two = asked == HttpProtocol.HTTP2;
        if (from != null) {
            Map<InetAddress, HostPool> all = two ? http2From : http1From;
            if (pool == null) {
                all.remove(from);
            } else {
                all.put(from, pool);
            }
        } else if (two) {
            http2 = pool;
        } else {
            http1 = pool;
        }
    }

    boolean isEmpty() {
        return http1 == null && http2 == null && http1From.isEmpty() && http2From.isEmpty();
    }
}
