package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import dev.fairlead.agent.model.listener.ForwardClientCert;
import dev.fairlead.agent.model.listener.ForwardClientCert.Form;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.HttpManager.ServerHeader;
import dev.fairlead.agent.model.request.PathNormalization;
import dev.fairlead.agent.model.request.PathNormalization.EscapedSlashes;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What {@code HttpConnectionManager} does with all its requests, its HTTP filters among it. */
final class HttpManagers {

    private HttpManagers() {}

    /** Gathers the names of clusters that are asked into {@code clusters}. */
    static HttpManager compile(
            HttpConnectionManager manager,
            Replies replies,
            Set<String> clusters,
            boolean inbound,
            At at)
            throws Refusal {
        List<HttpFilter> checks = new ArrayList<>();
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
            At typedAt = filterAt.field("typed_config");
            if (config.is(LocalRateLimit.class)) {
                checks.add(
                        limit(
                                manager.getStatPrefix(),
                                filter.getName(),
                                Profile.typed(config, LocalRateLimit.class, typedAt),
                                replies,
                                typedAt));
            }
            if (config.is(RBAC.class)) {
                checks.add(
                        new HttpFilter.Access(
                                filter.getName(),
                                AccessFilters.compile(
                                        Profile.typed(config, RBAC.class, typedAt),
                                        replies.of(filter.getName()),
                                        typedAt)));
            }
            if (config.is(JwtAuthentication.class)) {
                checks.add(
                        new HttpFilter.Tokens(
                                filter.getName(),
                                JwtAuthns.compile(
                                        Profile.typed(config, JwtAuthentication.class, typedAt),
                                        replies.of(filter.getName()),
                                        typedAt)));
            }
            if (config.is(ExtAuthz.class)) {
                checks.add(
                        new HttpFilter.External(
                                filter.getName(),
                                ExternalFilters.compile(
                                        Profile.typed(config, ExtAuthz.class, typedAt),
                                        clusters,
                                        typedAt)));
            }
            if (config.is(HTTPFault.class)) {
                faults = named(filter.getName(), FilterConfigs.FAULT, filterAt);
                At configAt = filterAt.field("typed_config");
                HTTPFault fault = Profile.typed(config, HTTPFault.class, configAt);
                if (!fault.equals(HTTPFault.getDefaultInstance())) {
                    throw configAt.refuse("faults are routes'");
                }
            }
        }
        HttpManager compiled =
                new HttpManager(
                        cors,
                        faults,
                        serverName(manager, at),
                        serverHeader(manager, at),
                        HttpText.checkValue(manager.getVia(), at.field("via")),
                        !manager.hasGenerateRequestId()
                                || manager.getGenerateRequestId().getValue(),
                        manager.getAlwaysSetRequestIdInResponse(),
                        manager.hasStreamIdleTimeout()
                                ? Values.duration(
                                        manager.getStreamIdleTimeout(),
                                        at.field("stream_idle_timeout"))
                                : HttpManager.STREAM_IDLE_TIMEOUT);
        return compiled.checking(checks)
                .normalizing(paths(manager, at))
                .forwarding(clientCert(manager, inbound, at));
    }

    /** What says neither comes from before there was a choice, and is told the caller. */
    private static ForwardClientCert clientCert(
            HttpConnectionManager manager, boolean inbound, At at) throws Refusal {
        var wanted = manager.getForwardClientCertDetails();
        boolean says = manager.hasSetCurrentClientCertDetails();
        if (wanted == ForwardClientCertDetails.SANITIZE && !says) {
            return ForwardClientCert.DEFAULT;
        }
        if (!inbound) {
            throw at.field(says ? "set_current_client_cert_details" : "forward_client_cert_details")
                    .refuse("of inbound listeners only: what a pod says of a caller goes nowhere");
        }
        Form form =
                switch (wanted) {
                    case SANITIZE -> Form.SANITIZE;
                    case FORWARD_ONLY -> Form.FORWARD_ONLY;
                    case APPEND_FORWARD -> Form.APPEND_FORWARD;
                    case SANITIZE_SET -> Form.SANITIZE_SET;
                    case ALWAYS_FORWARD_ONLY -> Form.ALWAYS_FORWARD_ONLY;
                    case UNRECOGNIZED ->
                            throw at.field("forward_client_cert_details").refuse("unknown");
                };
        var details = manager.getSetCurrentClientCertDetails();
        return new ForwardClientCert(
                form,
                details.getCert(),
                details.getChain(),
                details.getSubject().getValue(),
                details.getUri(),
                details.getDns());
    }

    private static PathNormalization paths(HttpConnectionManager manager, At at) throws Refusal {
        return new PathNormalization(
                manager.getNormalizePath().getValue(),
                manager.getMergeSlashes(),
                switch (manager.getPathWithEscapedSlashesAction()) {
                    case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED -> EscapedSlashes.KEEP;
                    case REJECT_REQUEST -> EscapedSlashes.REJECT;
                    case UNESCAPE_AND_REDIRECT -> EscapedSlashes.REDIRECT;
                    case UNESCAPE_AND_FORWARD -> EscapedSlashes.UNESCAPE;
                    case UNRECOGNIZED ->
                            throw at.field("path_with_escaped_slashes_action").refuse("unknown");
                });
    }

    /** Chains of one stat prefix share the buckets of filters of one name. */
    private static HttpFilter limit(
            String prefix, String name, LocalRateLimit config, Replies replies, At at)
            throws Refusal {
        boolean says = config.hasTokenBucket() || config.getDescriptorsCount() > 0;
        return new HttpFilter.Limit(
                name,
                says
                        ? RateLimits.compile(config, prefix + "/" + name, replies.of(name), at)
                        : null);
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
