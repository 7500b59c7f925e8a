package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Condition;
import dev.fairlead.pilot.compile.Fact;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.Subnet;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.List;

/** Writes conditions as principals of RBAC, which can be joined as one likes. */
final class Principals {

    /** Metadata that only agents fill: what the calling pod is. */
    static final String SOURCE = "fairlead.source";

    static final String SPIFFE = "spiffe://";
    private static final StringMatch ANYTHING = new StringMatch.Regex("(?s:.*)");

    private Principals() {}

    static Principal of(Condition condition) {
        var principal = Principal.newBuilder();
        switch (condition) {
            case Condition.Always(boolean value) -> {
                principal.setAny(true);
                if (!value) {
                    return not(principal.build());
                }
            }
            case Condition.AllOf(List<Condition> parts) -> principal.setAndIds(set(parts));
            case Condition.AnyOf(List<Condition> parts) -> principal.setOrIds(set(parts));
            case Condition.Not(Condition part) -> {
                return not(of(part));
            }
            case Condition.Has(Fact fact) -> set(principal, fact, new StringMatch.Present());
            case Condition.Test(Fact fact, StringMatch match) -> set(principal, fact, match);
            case Condition.From(Subnet range) ->
                    principal.setDirectRemoteIp(
                            CidrRange.newBuilder()
                                    .setAddressPrefix(range.network().getHostAddress())
                                    .setPrefixLen(Protos.number(range.length())));
        }
        return principal.build();
    }

    private static Principal not(Principal principal) {
        return Principal.newBuilder().setNotId(principal).build();
    }

    private static Principal.Set set(List<Condition> parts) {
        return Principal.Set.newBuilder()
                .addAllIds(parts.stream().map(Principals::of).toList())
                .build();
    }

    private static void set(Principal.Builder principal, Fact fact, StringMatch match) {
        switch (fact) {
            case Fact.Header(String name) -> principal.setHeader(RouteMatches.header(name, match));
            case Fact.Path() ->
                    principal.setUrlPath(PathMatcher.newBuilder().setPath(string(match)));
            case Fact.SourceLabel(String key) ->
                    principal.setSourcedMetadata(peer(match, "labels", key));
            case Fact.SourceNamespace() -> principal.setSourcedMetadata(peer(match, "namespace"));
            case Fact.SourceWorkload() -> principal.setSourcedMetadata(peer(match, "workload"));
            case Fact.SourcePrincipal() -> {
                var authenticated = Principal.Authenticated.newBuilder();
                if (!(match instanceof StringMatch.Present)) {
                    authenticated.setPrincipalName(string(withScheme(match)));
                }
                principal.setAuthenticated(authenticated);
            }
            case Fact.SourceAddress() ->
                    throw new IllegalArgumentException("an address is compared with ranges");
        }
    }

    private static StringMatch withScheme(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String text) -> new StringMatch.Exact(SPIFFE + text);
            case StringMatch.Prefix(String text) -> new StringMatch.Prefix(SPIFFE + text);
            case StringMatch.Regex(String text) ->
                    new StringMatch.Regex(SPIFFE + "(?:" + text + ")");
            case StringMatch.Present() -> match;
        };
    }

    private static StringMatcher string(StringMatch match) {
        return Protos.string(match instanceof StringMatch.Present ? ANYTHING : match);
    }

    private static SourcedMetadata peer(StringMatch match, String... path) {
        var matcher =
                MetadataMatcher.newBuilder()
                        .setFilter(SOURCE)
                        .setValue(ValueMatcher.newBuilder().setStringMatch(string(match)));
        for (String key : path) {
            matcher.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key));
        }
        return SourcedMetadata.newBuilder()
                .setMetadataMatcher(matcher)
                .setMetadataSource(MetadataSource.DYNAMIC)
                .build();
    }
}
