package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.TcpRoute;
import dev.fairlead.pilot.state.VirtualService.TlsRoute;
import dev.fairlead.pilot.state.Visibility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Reads the spec of a VirtualService. */
final class VirtualServiceReader {

    private final Meta meta;
    private final MeshSettings mesh;

    VirtualServiceReader(Meta meta, MeshSettings mesh) {
        this.meta = meta;
        this.mesh = mesh;
    }

    VirtualService read(Fields spec) {
        List<String> hosts = hosts(spec);
        boolean delegate = spec.size("hosts") == 0;
        if (delegate) {
            delegateOnly(spec);
        } else {
            Gateways.meshAmong(spec);
        }
        Visibility visibility =
                ExportTo.read(spec, meta.namespace(), mesh.scoping().virtualServices());
        var destinations = new DestinationsReader(meta.namespace(), mesh.compat());
        var routes = new HttpRouteReader(meta.namespace(), delegate, destinations);
        List<HttpRoute> http = spec.list("http", routes::read);
        var connections = new ConnectionRoutesReader(spec.stringList("hosts"), destinations);
        List<TlsRoute> tls = present(spec.list("tls", connections::tlsRoute));
        List<TcpRoute> tcp = present(spec.list("tcp", connections::tcpRoute));
        if (spec.size("http") + spec.size("tls") + spec.size("tcp") == 0) {
            spec.wrong("http, tls or tcp routes are needed");
        }
        return new VirtualService(meta, hosts, visibility, http, tls, tcp);
    }

    private static <T> List<T> present(List<T> some) {
        return some.stream().filter(Objects::nonNull).toList();
    }

    /** Without hosts it is there for others to delegate to, and can have HTTP routes only. */
    private static void delegateOnly(Fields spec) {
        for (String name : List.of("gateways", "tls", "tcp")) {
            if (spec.size(name) > 0) {
                spec.problem(name, "cannot stand in a delegate, which is one that has no hosts");
            }
        }
        var _ = spec.stringList("gateways");
    }

    private List<String> hosts(Fields spec) {
        List<String> qualified = new ArrayList<>();
        List<String> hosts = spec.stringList("hosts");
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
}
