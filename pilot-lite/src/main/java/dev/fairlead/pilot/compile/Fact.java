package dev.fairlead.pilot.compile;

/** What a pod's agent can be asked of a request that enters it. */
public sealed interface Fact {

    /** A header, or {@code :path}, {@code :method}, {@code :authority}, {@code :scheme}. */
    record Header(String name) implements Fact {}

    /** The path without its query. */
    record Path() implements Fact {}

    /** A label of the calling pod. */
    record SourceLabel(String key) implements Fact {}

    record SourceNamespace() implements Fact {}

    record SourceWorkload() implements Fact {}

    /** Of the caller's certificate, without {@code spiffe://}. */
    record SourcePrincipal() implements Fact {}

    /** Where the connection comes from. */
    record SourceAddress() implements Fact {}

    /** Whether every request has it. */
    default boolean isAlwaysThere() {
        return switch (this) {
            case Header(String name) -> name.startsWith(":");
            case Path _, SourceAddress _ -> true;
            case SourceLabel _, SourceNamespace _, SourceWorkload _, SourcePrincipal _ -> false;
        };
    }

    /** Whether only who knows the calling pod can tell: agents do, an Envoy does not. */
    default boolean isOfPeer() {
        return switch (this) {
            case SourceLabel _, SourceNamespace _, SourceWorkload _ -> true;
            case Header _, Path _, SourcePrincipal _, SourceAddress _ -> false;
        };
    }
}
