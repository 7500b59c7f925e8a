package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.ExtensionProvider.Body;
import dev.fairlead.pilot.state.ExtensionProvider.Protocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads who decides for CUSTOM policies. Source: istio.io "Global Mesh Options",
 * extensionProviders.
 */
final class ExtensionProviderReader {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern STATUS =
            Pattern.compile(
                    "100|20[0-8]|226|30[0-5]|30[78]|40[0-9]|41[0-7]|42[1-46]|42[89]|431|50[0-8]|51[01]");
    private static final int MAX_BODY = 64 * 1024 * 1024;

    private ExtensionProviderReader() {}

    /** By name. */
    static Map<String, ExtensionProvider> read(Fields mesh) {
        Map<String, ExtensionProvider> providers = new LinkedHashMap<>();
        for (ExtensionProvider provider :
                mesh.list("extensionProviders", ExtensionProviderReader::provider)) {
            if (providers.put(provider.name(), provider) != null) {
                mesh.problem("extensionProviders", "\"" + provider.name() + "\" is given twice");
            }
        }
        return providers;
    }

    private static ExtensionProvider provider(Fields provider) {
        String name = Checks.needed(provider, "name");
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            provider.problem("name", "\"" + name + "\" is no name such as my-ext-authz");
        }
        provider.notYet(
                "zipkin",
                "lightstep",
                "datadog",
                "stackdriver",
                "opencensus",
                "skywalking",
                "opentelemetry",
                "prometheus",
                "envoyFileAccessLog",
                "envoyHttpAls",
                "envoyTcpAls",
                "envoyOtelAls",
                "sds");
        ExtensionProvider http = provider.object("envoyExtAuthzHttp", f -> http(name, f));
        ExtensionProvider grpc =
                provider.object("envoyExtAuthzGrpc", f -> of(name, f, new Protocol.Grpc()));
        if (http != null && grpc != null) {
            provider.wrong("only one of envoyExtAuthzHttp, envoyExtAuthzGrpc can be given");
        }
        ExtensionProvider one = http != null ? http : grpc;
        if (one == null) {
            provider.wrong("envoyExtAuthzHttp or envoyExtAuthzGrpc is needed");
        }
        return one != null ? one : of(name, provider, new Protocol.Grpc());
    }

    private static ExtensionProvider http(String name, Fields http) {
        String prefix = http.string("pathPrefix");
        if (!prefix.isEmpty() && !prefix.matches("/[!-\"$-~]*")) {
            http.problem("pathPrefix", "is no path");
        }
        List<String> toProvider = headers(http, "includeRequestHeadersInCheck");
        List<String> old = headers(http, "includeHeadersInCheck");
        Map<String, String> added = http.strings("includeAdditionalHeadersInCheck");
        added.forEach((header, value) -> {
            if (!StringMatches.isHeaderName(header)) {
                http.problemBelow("includeAdditionalHeadersInCheck", header, "is no header");
            } else if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f)) {
                http.problemBelow(
                        "includeAdditionalHeadersInCheck",
                        header,
                        "has characters that no header may have");
            }
        });
        return of(
                name,
                http,
                new Protocol.Http(
                        prefix,
                        toProvider.isEmpty() ? old : toProvider,
                        added,
                        headers(http, "headersToUpstreamOnAllow"),
                        headers(http, "headersToDownstreamOnDeny"),
                        headers(http, "headersToDownstreamOnAllow")));
    }

    /** Names of headers; {@code *} may stand at an end, not alone. */
    private static List<String> headers(Fields http, String field) {
        List<String> headers = Checks.texts(http, field);
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.get(i);
            String bare =
                    name.startsWith("*")
                            ? name.substring(1)
                            : name.endsWith("*") ? name.substring(0, name.length() - 1) : name;
            if (bare.contains("*") || !StringMatches.isHeaderName(bare)) {
                http.problem(
                        field + "[" + i + "]",
                        "\"" + name + "\" is no header; * may stand at one end, not alone");
            }
        }
        return headers;
    }

    private static ExtensionProvider of(String name, Fields fields, Protocol protocol) {
        String service = Checks.needed(fields, "service");
        String host = service.substring(service.indexOf('/') + 1);
        String problem = service.isEmpty() ? "" : HostNames.hostProblem(host, false);
        if (!problem.isEmpty()) {
            fields.problem("service", problem);
        }
        if (!fields.has("port")) {
            fields.problem("port", "is needed");
        }
        int port = fields.integer("port", 1, DestinationsReader.MAX_PORT, 1);
        Duration timeout = Durations.read(fields, "timeout", 1);
        fields.bool("clearRouteCache"); // what enters a pod has one route
        return new ExtensionProvider(
                name,
                host,
                port,
                protocol,
                timeout == null ? ExtensionProvider.USUAL_TIMEOUT : timeout,
                fields.bool("failOpen"),
                status(fields),
                body(fields));
    }

    /** Envoy's codes are those that have a name. */
    private static int status(Fields fields) {
        String status = fields.string("statusOnError");
        if (status.isEmpty()) {
            return 0;
        }
        if (!STATUS.matcher(status).matches()) {
            fields.problem("statusOnError", "\"" + status + "\": Envoy has no such status");
            return 0;
        }
        return Integer.parseInt(status);
    }

    private static @Nullable Body body(Fields fields) {
        return fields.object(
                "includeRequestBodyInCheck",
                body -> {
                    if (!body.has("maxRequestBytes")) {
                        body.problem("maxRequestBytes", "is needed");
                    }
                    return new Body(
                            body.integer("maxRequestBytes", 1, MAX_BODY, 1),
                            body.bool("allowPartialMessage"),
                            body.bool("packAsBytes"));
                });
    }
}
