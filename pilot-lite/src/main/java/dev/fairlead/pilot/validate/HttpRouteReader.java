package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpPolicy;
import dev.fairlead.pilot.state.HttpPolicy.Mirror;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.HttpRoute.Delegate;
import dev.fairlead.pilot.state.HttpRoute.Destination;
import dev.fairlead.pilot.state.Share;
import dev.fairlead.pilot.state.VirtualService.Target;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an HTTP route of a VirtualService, and what can stand beside what in it.
 *
 * <p>Source: istio.io VirtualService, HTTPRoute; what Istio's validation refuses.
 */
final class HttpRouteReader {

    private final String namespace;
    private final boolean inDelegate;
    private final DestinationsReader destinations;

    /** {@code inDelegate}: the routes are for others to delegate to. */
    HttpRouteReader(String namespace, boolean inDelegate, DestinationsReader destinations) {
        this.namespace = namespace;
        this.inDelegate = inDelegate;
        this.destinations = destinations;
    }

    HttpRoute read(Fields route) {
        together(route);
        // Istio before 1.0 needed it; since then WebSockets pass on every route, whatever it says
        if (route.bool("websocketUpgrade") && route.has("redirect")) {
            route.problem("websocketUpgrade", "cannot stand beside redirect");
        }
        String name = route.string("name");
        List<HttpMatch> matches = route.list("match", HttpMatchReader::read);
        List<Destination> to = destinations.destinations(route);
        HttpRoute.Redirect redirect =
                route.object("redirect", fields -> AnswersReader.redirect(fields, matches));
        HttpRoute.DirectResponse direct =
                route.object("directResponse", AnswersReader::directResponse);
        Delegate delegate = route.object("delegate", this::delegate);
        return new HttpRoute(name, matches, to, redirect, direct, delegate, policy(route));
    }

    private void together(Fields route) {
        if (route.has("delegate")) {
            if (inDelegate) {
                route.problem("delegate", "cannot stand in a delegate");
            }
            beside(route, "delegate", "route", "redirect");
        } else if (route.has("redirect")) {
            beside(route, "redirect", "route", "fault", "rewrite", "directResponse");
        } else if (route.has("directResponse")) {
            beside(route, "directResponse", "route", "fault", "rewrite");
        } else if (!route.has("route")) {
            route.wrong("a route with at least one destination is needed");
        }
        if (route.has("mirror")) {
            beside(route, "mirror", "mirrors");
        }
        if (!route.has("mirror") && !inDelegate && !route.has("delegate")) {
            for (String share : new String[] {"mirrorPercentage", "mirrorPercent"}) {
                if (route.has(share)) { // of roots and delegates each may have the other's
                    route.problem(share, "says nothing without mirror");
                }
            }
        }
    }

    private static void beside(Fields route, String name, String... others) {
        for (String other : others) {
            if (route.has(other)) {
                route.problem(other, "cannot stand beside " + name);
            }
        }
    }

    private Delegate delegate(Fields delegate) {
        String of = delegate.string("namespace");
        return new Delegate(of.isEmpty() ? namespace : of, Checks.needed(delegate, "name"));
    }

    private HttpPolicy policy(Fields route) {
        HttpPolicy.Rewrite rewrite = route.object("rewrite", RewriteReader::read);
        HeaderChanges headers = HeaderChangesReader.read(route);
        if (rewrite != null && !rewrite.authority().isEmpty() && !headers.authority().isEmpty()) {
            route.problem("rewrite", "the authority is set twice, in headers.request too");
        }
        @Nullable Duration timeout = Durations.read(route, "timeout", 1);
        Target mirror = route.object("mirror", destinations::destination);
        List<Mirror> mirrors = route.list("mirrors", this::mirror);
        return new HttpPolicy(
                rewrite,
                timeout,
                route.object("retries", RetriesReader::read),
                route.object("fault", FaultReader::read),
                mirror,
                Percents.share(route, "mirrorPercentage", "mirrorPercent", 0),
                route.has("mirrors") ? mirrors : null,
                route.object("corsPolicy", CorsReader::read),
                headers.isEmpty() ? null : headers);
    }

    private Mirror mirror(Fields entry) {
        Target to = destinations.unweighted(entry);
        Share share = Percents.share(entry, "percentage", "", 0);
        return new Mirror(
                to == null ? new Target("", "", 0, 0) : to, share == null ? Share.ALL : share);
    }
}
