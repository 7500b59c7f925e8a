package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.request.TextTest;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code extensions.filters.http.ext_authz.v3.ExtAuthz}. */
final class ExternalFilters {

    private static final String FOUND =
            AccessRules.Purpose.EXTERNAL.prefix() + "shadow_effective_policy_id";
    private static final String RULES = "envoy.filters.http.rbac";
    private static final String CONNECTION_RULES = "envoy.filters.network.rbac";
    private static final int MAX_BODY = 64 * 1024 * 1024; // what pilot-lite lets pass
    private static final Duration USUAL_TIMEOUT = Duration.ofMillis(200); // Envoy's, of gRPC

    private ExternalFilters() {}

    /** Gathers the cluster's name into {@code clusters}. */
    static ExternalAuthorization compile(ExtAuthz config, Set<String> clusters, At at)
            throws Refusal {
        if (config.getTransportApiVersion() != ApiVersion.V3) {
            throw at.field("transport_api_version").refuse("not V3");
        }
        var service =
                switch (config.getServicesCase()) {
                    case HTTP_SERVICE ->
                            http(
                                    config.getHttpService(),
                                    tests(config.getAllowedHeaders(), at.field("allowed_headers")),
                                    at.field("http_service"));
                    case GRPC_SERVICE -> grpc(config.getGrpcService(), at.field("grpc_service"));
                    default -> throw at.refuse("no http_service or grpc_service");
                };
        clusters.add(service.cluster());
        int status = config.hasStatusOnError() ? config.getStatusOnError().getCodeValue() : 403;
        if (status < 400 || status > 599) {
            throw at.field("status_on_error").refuse(status + " is no status of an error");
        }
        return new ExternalAuthorization(
                config.hasFilterEnabledMetadata()
                        ? policies(
                                config.getFilterEnabledMetadata(),
                                RULES,
                                at.field("filter_enabled_metadata"))
                        : null,
                service,
                config.getFailureModeAllow(),
                status,
                config.hasWithRequestBody()
                        ? body(config.getWithRequestBody(), at.field("with_request_body"))
                        : null);
    }

    private static ExternalAuthorization.Body body(BufferSettings settings, At at) throws Refusal {
        int most = settings.getMaxRequestBytes();
        if (most <= 0 || most > MAX_BODY) {
            throw at.field("max_request_bytes").refuse("not from 1 to " + MAX_BODY);
        }
        return new ExternalAuthorization.Body(
                most, settings.getAllowPartialMessage(), settings.getPackAsBytes());
    }

    /** Of connections. Gathers the cluster's name into {@code clusters}. */
    static ExternalAuthorization compile(
            io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz config,
            Set<String> clusters,
            At at)
            throws Refusal {
        if (config.getTransportApiVersion() != ApiVersion.V3) {
            throw at.field("transport_api_version").refuse("not V3");
        }
        if (!config.hasGrpcService()) {
            throw at.refuse("no grpc_service");
        }
        var service = grpc(config.getGrpcService(), at.field("grpc_service"));
        clusters.add(service.cluster());
        return new ExternalAuthorization(
                config.hasFilterEnabledMetadata()
                        ? policies(
                                config.getFilterEnabledMetadata(),
                                CONNECTION_RULES,
                                at.field("filter_enabled_metadata"))
                        : null,
                service,
                config.getFailureModeAllow(),
                0);
    }

    /** The prefix that names of policies must have. */
    private static @Nullable String policies(MetadataMatcher matcher, String filter, At at)
            throws Refusal {
        if (!matcher.getFilter().equals(filter)
                || matcher.getPathCount() != 1
                || !matcher.getPath(0).getKey().equals(FOUND)) {
            throw at.refuse("not what shadow rules for external authorization leave");
        }
        var text = matcher.getValue().getStringMatch();
        if (!text.hasPrefix() || text.getIgnoreCase()) {
            throw at.field("value").refuse("no prefix");
        }
        return text.getPrefix();
    }

    private static ExternalAuthorization.Service http(
            HttpService service, List<TextTest> headers, At at) throws Refusal {
        At uriAt = at.field("server_uri");
        var answer = service.getAuthorizationResponse();
        At answerAt = at.field("authorization_response");
        String prefix = HttpText.checkTarget(service.getPathPrefix(), at.field("path_prefix"));
        if (!prefix.isEmpty() && !prefix.startsWith("/")) {
            throw at.field("path_prefix").refuse("no path");
        }
        return new ExternalAuthorization.Http(
                Values.notEmpty(service.getServerUri().getCluster(), uriAt.field("cluster")),
                Values.positive(service.getServerUri().getTimeout(), uriAt.field("timeout")),
                prefix,
                headers,
                more(
                        service.getAuthorizationRequest().getHeadersToAddList(),
                        at.field("authorization_request")),
                tests(
                        answer.getAllowedUpstreamHeaders(),
                        answerAt.field("allowed_upstream_headers")),
                tests(
                        answer.getAllowedClientHeadersOnSuccess(),
                        answerAt.field("allowed_client_headers_on_success")),
                tests(answer.getAllowedClientHeaders(), answerAt.field("allowed_client_headers")));
    }

    private static Map<String, String> more(List<HeaderValue> values, At at) throws Refusal {
        Map<String, String> more = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            At valueAt = at.element("headers_to_add", i);
            String value = HttpText.checkValue(values.get(i).getValue(), valueAt.field("value"));
            if (value.contains("%")) {
                throw valueAt.field("value").refuse("a command operator");
            }
            more.put(HttpText.name(values.get(i).getKey(), valueAt.field("key")), value);
        }
        return more;
    }

    private static ExternalAuthorization.Service grpc(GrpcService service, At at) throws Refusal {
        if (!service.hasEnvoyGrpc()) {
            throw at.refuse("no envoy_grpc");
        }
        At envoyAt = at.field("envoy_grpc");
        return new ExternalAuthorization.Grpc(
                Values.notEmpty(
                        service.getEnvoyGrpc().getClusterName(), envoyAt.field("cluster_name")),
                service.hasTimeout()
                        ? Values.positive(service.getTimeout(), at.field("timeout"))
                        : USUAL_TIMEOUT,
                HttpText.checkTarget(
                        service.getEnvoyGrpc().getAuthority(), envoyAt.field("authority")));
    }

    private static List<TextTest> tests(ListStringMatcher list, At at) throws Refusal {
        List<TextTest> tests = new ArrayList<>();
        for (int i = 0; i < list.getPatternsCount(); i++) {
            tests.add(StringMatchers.compile(list.getPatterns(i), at.element("patterns", i)));
        }
        return tests;
    }
}
