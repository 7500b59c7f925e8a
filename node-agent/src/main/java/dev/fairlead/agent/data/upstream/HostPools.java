package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one endpoint: one for each version of HTTP, each address that the endpoint sees, and
 * each host where connections for one host are not for another.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HostPools {

    private @Nullable HostPool http1;
    private @Nullable HostPool http2;
    private final Map<Object, HostPool> http1By = new HashMap<>(0);
    private final Map<Object, HostPool> http2By = new HashMap<>(0);

    /**
     * @param from null: the pod's own
     * @param forHost null: any; never beside {@code from}
     */
    @Nullable HostPool get(
            @Nullable InetAddress from, @Nullable String forHost, HttpProtocol asked) {
        boolean two = asked == HttpProtocol.HTTP2;
        Object by = from != null ? from : forHost;
        if (by == null) {
            return two ? http2 : http1;
        }
        return (two ? http2By : http1By).get(by);
    }

    void put(HostPool pool) {
        set(pool.from(), pool.forHost(), pool.asked(), pool);
    }

    @SuppressWarnings("ReferenceEquality") // another may have taken its place
    void remove(HostPool pool) {
        if (get(pool.from(), pool.forHost(), pool.asked()) == pool) {
            set(pool.from(), pool.forHost(), pool.asked(), null);
        }
    }

    private void set(
            @Nullable InetAddress from,
            @Nullable String forHost,
            HttpProtocol asked,
            @Nullable HostPool pool) {
        boolean two = asked == HttpProtocol.HTTP2;
        Object by = from != null ? from : forHost;
        if (by != null) {
            Map<Object, HostPool> all = two ? http2By : http1By;
            if (pool == null) {
                all.remove(by);
            } else {
                all.put(by, pool);
            }
        } else if (two) {
            http2 = pool;
        } else {
            http1 = pool;
        }
    }

    boolean isEmpty() {
        return http1 == null && http2 == null && http1By.isEmpty() && http2By.isEmpty();
    }
}
