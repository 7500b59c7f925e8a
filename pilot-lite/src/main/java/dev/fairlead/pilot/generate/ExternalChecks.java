package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Authorization.Custom;
import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.ExtensionProvider.Body;
import dev.fairlead.pilot.state.ExtensionProvider.Protocol;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.List;
import java.util.TreeMap;

/**
 * Writes who is asked: for requests, or connections, that fit a rule. RBAC's shadow rules find out
 * whether one does and leave its name for the filter after it.
 */
final class ExternalChecks {

    /** Before the names of what the shadow rules leave. */
    static final String STATS = "istio_ext_authz_";

    private static final String FOUND = STATS + "shadow_effective_policy_id";
    private static final String TCP_STATS = "tcp.";

    private ExternalChecks() {}

    /** Before the names of a provider's rules. */
    static String prefix(Custom custom) {
        return "istio-ext-authz-" + custom.name() + "-";
    }

    static com.google.protobuf.Message http(Custom custom, ExtensionProvider provider) {
        ExtAuthz.Builder filter =
                ExtAuthz.newBuilder()
                        .setTransportApiVersion(ApiVersion.V3)
                        .setFailureModeAllow(provider.failOpen())
                        .setFilterEnabledMetadata(found(Authorizations.HTTP_RBAC, custom));
        switch (provider.protocol()) {
            case Protocol.Grpc() -> filter.setGrpcService(grpc(provider));
            case Protocol.Http asked -> ask(filter, provider, asked);
        }
        if (provider.statusOnError() != 0) {
            filter.setStatusOnError(
                    HttpStatus.newBuilder()
                            .setCode(StatusCode.forNumber(provider.statusOnError())));
        }
        Body body = provider.body();
        if (body != null) {
            filter.setWithRequestBody(
                    BufferSettings.newBuilder()
                            .setMaxRequestBytes(body.maxBytes())
                            .setAllowPartialMessage(body.allowPartial())
                            .setPackAsBytes(body.asBytes()));
        }
        return filter.build();
    }

    static com.google.protobuf.Message tcp(Custom custom, ExtensionProvider provider) {
        return io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.newBuilder()
                .setStatPrefix(TCP_STATS)
                .setTransportApiVersion(ApiVersion.V3)
                .setFailureModeAllow(provider.failOpen())
                .setGrpcService(grpc(provider))
                .setFilterEnabledMetadata(found(Authorizations.TCP_RBAC, custom))
                .build();
    }

    private static GrpcService grpc(ExtensionProvider provider) {
        return GrpcService.newBuilder()
                .setEnvoyGrpc(
                        GrpcService.EnvoyGrpc.newBuilder()
                                .setClusterName(provider.cluster())
                                .setAuthority(provider.host()))
                .setTimeout(Protos.millis(provider.timeout().toMillis()))
                .build();
    }

    private static void ask(
            ExtAuthz.Builder filter, ExtensionProvider provider, Protocol.Http asked) {
        var service =
                HttpService.newBuilder()
                        .setPathPrefix(asked.pathPrefix())
                        .setServerUri(
                                HttpUri.newBuilder()
                                        .setUri("http://" + provider.host())
                                        .setCluster(provider.cluster())
                                        .setTimeout(Protos.millis(provider.timeout().toMillis())));
        if (!asked.toProvider().isEmpty()) {
            filter.setAllowedHeaders(headers(asked.toProvider()));
        }
        if (!asked.added().isEmpty()) {
            var request = AuthorizationRequest.newBuilder();
            new TreeMap<>(asked.added())
                    .forEach((name, value) ->
                            request.addHeadersToAdd(
                                    HeaderValue.newBuilder().setKey(name).setValue(value)));
            service.setAuthorizationRequest(request);
        }
        var response = AuthorizationResponse.newBuilder();
        if (!asked.toUpstream().isEmpty()) {
            response.setAllowedUpstreamHeaders(headers(asked.toUpstream()));
        }
        if (!asked.toClientOnDeny().isEmpty()) {
            response.setAllowedClientHeaders(headers(asked.toClientOnDeny()));
        }
        if (!asked.toClientOnAllow().isEmpty()) {
            response.setAllowedClientHeadersOnSuccess(headers(asked.toClientOnAllow()));
        }
        if (!response.build().equals(AuthorizationResponse.getDefaultInstance())) {
            service.setAuthorizationResponse(response);
        }
        filter.setHttpService(service);
    }

    private static ListStringMatcher headers(List<String> names) {
        var list = ListStringMatcher.newBuilder();
        names.forEach(name -> list.addPatterns(Matchers.string(name, true)));
        return list.build();
    }

    /** That the filter before this one found a rule of this provider's; its name ends in "ns[". */
    private static MetadataMatcher found(String filter, Custom custom) {
        return Matchers.metadata(
                filter,
                List.of(FOUND),
                Matchers.text(
                        StringMatcher.newBuilder().setPrefix(prefix(custom) + "ns[").build()));
    }
}
