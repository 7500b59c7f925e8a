package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpRoute.Destination;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.VirtualService.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads where routes send to. */
final class DestinationsReader {

    static final int MAX_PORT = 65_535;
    private static final int PERCENT = 100;

    private final String namespace;
    private final Compat compat;

    /** {@code namespace}: of the object, whose Services short names are. */
    DestinationsReader(String namespace, Compat compat) {
        this.namespace = namespace;
        this.compat = compat;
    }

    /** The destinations of a TLS or TCP route. */
    List<Target> targets(Fields route) {
        List<Target> targets = route.list("route", this::target);
        weights(route, targets);
        return targets;
    }

    /** The destinations of an HTTP route. */
    List<Destination> destinations(Fields route) {
        List<Destination> destinations =
                route.list(
                        "route",
                        entry -> new Destination(target(entry), HeaderChangesReader.read(entry)));
        weights(route, destinations.stream().map(Destination::target).toList());
        return destinations;
    }

    private void weights(Fields route, List<Target> targets) {
        if (route.has("route") && targets.isEmpty()) {
            route.problem("route", "at least one destination is needed");
        }
        long total = targets.stream().mapToLong(Target::weight).sum();
        if (total > Integer.MAX_VALUE) {
            route.problem("route", "weights add up to more than " + Integer.MAX_VALUE);
        }
        if (targets.size() > 1 && compat == Compat.ISTIO_1_0 && total != PERCENT) {
            route.problem("route", "weights add up to " + total + ", not to " + PERCENT);
        } else if (targets.size() > 1 && total == 0) {
            route.problem("route", "all weights are 0");
        }
    }

    private Target target(Fields entry) {
        int weight = entry.integer("weight", 0, Integer.MAX_VALUE / PERCENT, 0);
        Target target = needed(entry, weight);
        return target != null ? target : new Target("", "", 0, weight);
    }

    private @Nullable Target needed(Fields entry, int weight) {
        if (!entry.has("destination")) {
            entry.problem("destination", "is needed");
        }
        return entry.object("destination", fields -> destination(fields, weight));
    }

    /** The destination of an entry that has no weight; null where it is missing. */
    @Nullable Target unweighted(Fields entry) {
        return needed(entry, 0);
    }

    /** One destination by itself. */
    Target destination(Fields destination) {
        return destination(destination, 0);
    }

    private Target destination(Fields destination, int weight) {
        String host = HostNames.host(destination, "host", namespace, false);
        String subset = destination.string("subset");
        if (!subset.isEmpty() && !HostNames.isSubset(subset)) {
            destination.problem("subset", "\"" + subset + "\" is not a subset name");
        }
        Integer port = destination.object("port", DestinationsReader::portNumber);
        return new Target(host, subset, port == null ? 0 : port, weight);
    }

    private static int portNumber(Fields port) {
        if (!port.string("name").isEmpty()) {
            port.problem("name", "a port is given by its number");
        } else if (!port.has("number")) {
            port.problem("number", "is needed");
        }
        return port.integer("number", 1, MAX_PORT, 0);
    }
}
