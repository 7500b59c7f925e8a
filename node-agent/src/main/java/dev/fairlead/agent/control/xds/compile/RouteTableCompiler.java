package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.RouteTable;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.HashSet;
import java.util.Set;

/** {@code config.route.v3.RouteConfiguration} to {@link RouteTable}. */
public final class RouteTableCompiler extends ResourceCompiler<RouteConfiguration, RouteTable> {

    public RouteTableCompiler() {
        super(RouteConfiguration.class);
    }

    @Override
    Outcome<RouteTable> translate(RouteConfiguration configuration) throws Refusal {
        Set<String> clusters = new HashSet<>();
        RouteTable table = RouteTables.compile(configuration, At.ROOT, clusters);
        return new Outcome.Compiled<>(table, new References(Set.of(), clusters));
    }

    @Override
    String nameOf(RouteConfiguration configuration) {
        return configuration.getName();
    }

    @Override
    String nameField() {
        return "name";
    }
}
