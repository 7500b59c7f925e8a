package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.HttpManager.ServerHeader;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

/** What {@code HttpConnectionManager} does with all its requests, its HTTP filters among it. */
final class HttpManagers {

    private HttpManagers() {}

    static HttpManager compile(HttpConnectionManager manager, At at) throws Refusal {
        boolean cors = false;
        boolean faults = false;
        int last = manager.getHttpFiltersCount() - 1;
        if (last < 0) {
            throw at.field("http_filters").refuse("empty");
        }
        for (int i = 0; i <= last; i++) {
            At filterAt = at.element("http_filters", i);
            var filter = manager.getHttpFilters(i);
            if (!filter.hasTypedConfig()) {
                throw filterAt.field("typed_config").refuse("not set");
            }
            Any config = filter.getTypedConfig();
            if (config.is(Router.class) != (i == last)) {
                throw filterAt.refuse("the router is the last filter, and no other");
            }
            cors |= config.is(Cors.class) && named(filter.getName(), FilterConfigs.CORS, filterAt);
            if (config.is(HTTPFault.class)) {
                faults = named(filter.getName(), FilterConfigs.FAULT, filterAt);
                At configAt = filterAt.field("typed_config");
                HTTPFault fault = Profile.typed(config, HTTPFault.class, configAt);
                if (!fault.equals(HTTPFault.getDefaultInstance())) {
                    throw configAt.refuse("faults are routes'");
                }
            }
        }
        return new HttpManager(
                cors,
                faults,
                serverName(manager, at),
                serverHeader(manager, at),
                HttpText.checkValue(manager.getVia(), at.field("via")),
                !manager.hasGenerateRequestId() || manager.getGenerateRequestId().getValue(),
                manager.getAlwaysSetRequestIdInResponse(),
                manager.hasStreamIdleTimeout()
                        ? Values.duration(
                                manager.getStreamIdleTimeout(), at.field("stream_idle_timeout"))
                        : HttpManager.STREAM_IDLE_TIMEOUT);
    }

    /** Routes speak to a filter by its name. */
    private static boolean named(String name, String expected, At at) throws Refusal {
        if (!name.equals(expected)) {
            throw at.field("name").refuse("\"" + name + "\", not \"" + expected + "\"");
        }
        return true;
    }

    private static String serverName(HttpConnectionManager manager, At at) throws Refusal {
        String name = manager.getServerName();
        return name.isEmpty()
                ? HttpManager.DEFAULT.serverName()
                : HttpText.checkValue(name, at.field("server_name"));
    }

    private static ServerHeader serverHeader(HttpConnectionManager manager, At at) throws Refusal {
        return switch (manager.getServerHeaderTransformation()) {
            case OVERWRITE -> ServerHeader.OVERWRITE;
            case APPEND_IF_ABSENT -> ServerHeader.APPEND_IF_ABSENT;
            case PASS_THROUGH -> ServerHeader.PASS_THROUGH;
            case UNRECOGNIZED -> throw at.field("server_header_transformation").refuse("unknown");
        };
    }
}
