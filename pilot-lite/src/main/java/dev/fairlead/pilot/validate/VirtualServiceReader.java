package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.HttpMatch;
import dev.fairlead.pilot.state.VirtualService.HttpRoute;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.state.VirtualService.TcpRoute;
import dev.fairlead.pilot.state.VirtualService.TlsRoute;
import dev.fairlead.pilot.state.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a VirtualService. */
final class VirtualServiceReader {

    private static final int PERCENT = 100;
    private static final int MAX_PORT = 65_535;

    private final Meta meta;
    private final MeshSettings mesh;

    VirtualServiceReader(Meta meta, MeshSettings mesh) {
        this.meta = meta;
        this.mesh = mesh;
    }

    VirtualService read(Fields spec) {
        List<String> hosts = hosts(spec);
        meshOnly(spec);
        Visibility visibility =
                ExportTo.read(spec, meta.namespace(), mesh.scoping().virtualServices());
        List<HttpRoute> http = spec.list("http", this::httpRoute);
        var connections = new ConnectionRoutesReader(spec.stringList("hosts"), this::targets);
        List<TlsRoute> tls = spec.list("tls", connections::tlsRoute);
        List<TcpRoute> tcp = spec.list("tcp", connections::tcpRoute);
        if (http.isEmpty() && tls.isEmpty() && tcp.isEmpty()) {
            spec.wrong("http, tls or tcp routes are needed");
        }
        return new VirtualService(meta, hosts, visibility, http, tls, tcp);
    }

    private List<String> hosts(Fields spec) {
        List<String> qualified = new ArrayList<>();
        List<String> hosts = spec.stringList("hosts");
        if (hosts.isEmpty()) {
            spec.problem("hosts", "at least one host is needed");
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            String reason = HostNames.hostProblem(host, true);
            String full = Hosts.qualified(host, meta.namespace());
            if (reason.isEmpty() && !seen.add(full)) {
                reason = "duplicate host " + host;
            }
            if (!reason.isEmpty()) {
                spec.problem("hosts[" + i + "]", reason);
            }
            qualified.add(full);
        }
        return qualified;
    }

    /** Gateways: absent, or the one word that means every pod of the mesh. */
    static void meshOnly(Fields fields) {
        List<String> gateways = fields.stringList("gateways");
        for (int i = 0; i < gateways.size(); i++) {
            if (!gateways.get(i).equals("mesh")) {
                fields.problem(
                        "gateways[" + i + "]", gateways.get(i) + ": " + Problem.NOT_SUPPORTED);
            }
        }
    }

    private HttpRoute httpRoute(Fields route) {
        route.notYet(
                "redirect",
                "rewrite",
                "directResponse",
                "delegate",
                "retries",
                "fault",
                "mirror",
                "mirrorPercent",
                "mirrorPercentage",
                "mirrors",
                "corsPolicy",
                "appendHeaders",
                "removeResponseHeaders",
                "appendResponseHeaders",
                "removeRequestHeaders",
                "appendRequestHeaders",
                "headers");
        // Istio before 1.0 needed it; since then WebSockets pass on every route, whatever it says
        boolean _ = route.bool("websocketUpgrade");
        String name = route.string("name");
        @Nullable Duration timeout = Durations.read(route, "timeout", 1);
        List<HttpMatch> matches = route.list("match", VirtualServiceReader::httpMatch);
        if (!route.has("route") && !route.has("redirect") && !route.has("directResponse")) {
            route.wrong("a route with at least one destination is needed");
        }
        return new HttpRoute(
                name, matches, targets(route), timeout == null ? Duration.ZERO : timeout);
    }

    private static HttpMatch httpMatch(Fields match) {
        match.notYet("queryParams", "withoutHeaders", "statPrefix");
        meshOnly(match);
        @Nullable StringMatch uri = StringMatches.read(match, "uri");
        var read =
                new HttpMatch(
                        match.string("name"),
                        uri,
                        match.bool("ignoreUriCase"),
                        StringMatches.read(match, "scheme"),
                        StringMatches.read(match, "method"),
                        StringMatches.read(match, "authority"),
                        headers(match),
                        match.integer("port", 1, MAX_PORT, 0),
                        match.strings("sourceLabels"),
                        match.string("sourceNamespace"));
        if (read.connect()) {
            withoutTarget(match);
        }
        return read;
    }

    /** A CONNECT request names an authority and nothing else (RFC 9110, section 9.3.6). */
    private static void withoutTarget(Fields match) {
        for (String name : List.of("uri", "scheme")) {
            if (match.has(name)) {
                match.problem(name, "cannot stand beside method CONNECT, whose requests have none");
            }
        }
    }

    private static Map<String, StringMatch> headers(Fields match) {
        Map<String, StringMatch> headers = new LinkedHashMap<>();
        match.map("headers", StringMatches::header)
                .forEach((name, value) -> headers.put(Fields.lower(name), value));
        return headers;
    }

    private List<Target> targets(Fields route) {
        List<Target> targets = route.list("route", this::target);
        if (route.has("route") && targets.isEmpty()) {
            route.problem("route", "at least one destination is needed");
        }
        long total = targets.stream().mapToLong(Target::weight).sum();
        if (total > Integer.MAX_VALUE) {
            route.problem("route", "weights add up to more than " + Integer.MAX_VALUE);
        }
        if (targets.size() > 1 && mesh.compat() == Compat.ISTIO_1_0 && total != PERCENT) {
            route.problem("route", "weights add up to " + total + ", not to " + PERCENT);
        } else if (targets.size() > 1 && total == 0) {
            route.problem("route", "all weights are 0");
        }
        return targets;
    }

    private Target target(Fields entry) {
        entry.notYet("headers", "removeResponseHeaders", "appendResponseHeaders");
        entry.notYet("removeRequestHeaders", "appendRequestHeaders");
        if (!entry.has("destination")) {
            entry.problem("destination", "is needed");
        }
        int weight = entry.integer("weight", 0, Integer.MAX_VALUE / PERCENT, 0);
        Target target = entry.object("destination", fields -> destination(fields, weight));
        return target != null ? target : new Target("", "", 0, weight);
    }

    private Target destination(Fields destination, int weight) {
        String host = HostNames.host(destination, "host", meta.namespace(), false);
        String subset = destination.string("subset");
        if (!subset.isEmpty() && !HostNames.isSubset(subset)) {
            destination.problem("subset", "\"" + subset + "\" is not a subset name");
        }
        Integer port = destination.object("port", VirtualServiceReader::portNumber);
        return new Target(host, subset, port == null ? 0 : port, weight);
    }

    private static int portNumber(Fields port) {
        port.notYet("name");
        if (!port.has("number") && !port.has("name")) {
            port.problem("number", "is needed");
        }
        return port.integer("number", 1, MAX_PORT, 0);
    }
}
