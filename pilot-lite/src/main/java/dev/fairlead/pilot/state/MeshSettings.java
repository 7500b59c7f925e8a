package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the whole mesh, from ConfigMap {@code fairlead-system/mesh}.
 *
 * @param trustDomain first part of every SPIFFE ID; default {@code cluster.local}
 * @param rootNamespace whose DestinationRules and PeerAuthentications hold mesh-wide; default
 *     {@code istio-system}
 * @param scoping who sees what; default: everybody everything
 * @param enrolment whose traffic is captured at all
 * @param protocols how HTTP is found and spoken
 * @param retries of routes that do not say; null: {@code compat} decides
 * @param destinations how others are reached
 * @param security who else is who, and who else decides
 */
public record MeshSettings(
        Compat compat,
        String trustDomain,
        String rootNamespace,
        Egress egress,
        Scoping scoping,
        Enrolment enrolment,
        Protocols protocols,
        @Nullable Retries retries,
        Destinations destinations,
        Security security) {

    public MeshSettings(
            Compat compat,
            String trustDomain,
            String rootNamespace,
            Egress egress,
            Scoping scoping,
            Enrolment enrolment,
            Protocols protocols,
            @Nullable Retries retries) {
        this(
                compat,
                trustDomain,
                rootNamespace,
                egress,
                scoping,
                enrolment,
                protocols,
                retries,
                Destinations.DEFAULT,
                Security.NONE);
    }

    /**
     * What authorization asks of the whole mesh.
     *
     * @param trustDomainAliases other first parts of the same identities
     * @param providers who decides for CUSTOM policies, by name
     * @param clientCert what applications are told of who calls
     * @param paths how paths are written before anything is decided
     */
    public record Security(
            List<String> trustDomainAliases,
            Map<String, ExtensionProvider> providers,
            ClientCertDetails clientCert,
            PathForm paths) {

        public static final Security NONE =
                new Security(List.of(), Map.of(), ClientCertDetails.DEFAULT, PathForm.BASE);

        public Security {
            trustDomainAliases = List.copyOf(trustDomainAliases);
            providers = Map.copyOf(providers);
        }
    }

    /** How paths are written; each has what those before it have. Source: Istio, MeshConfig. */
    public enum PathForm {
        /** As they come. */
        NONE,
        /** Dots and backslashes are resolved. */
        BASE,
        /** Several slashes are one. */
        MERGE_SLASHES,
        /** Slashes that are escaped are slashes, before all else. */
        DECODE_AND_MERGE_SLASHES
    }

    /**
     * How connections are made and endpoints chosen, where DestinationRules do not say.
     *
     * @param connectTimeout default 10 s
     * @param keepAlive default null: none
     * @param locality what matters where somebody ejects endpoints; default: nearest first
     * @param pool default null: no limits; instead of a rule's whole connectionPool, as {@code
     *     outliers} of its outlierDetection
     */
    public record Destinations(
            Duration connectTimeout,
            ConnectionPool.@Nullable KeepAlive keepAlive,
            LocalityBalancing locality,
            @Nullable ConnectionPool pool,
            @Nullable OutlierDetection outliers) {

        public static final Destinations DEFAULT =
                new Destinations(
                        Duration.ofSeconds(10), null, LocalityBalancing.DEFAULT, null, null);
    }

    public static final MeshSettings DEFAULT =
            new MeshSettings(Compat.MODERN, "cluster.local", "istio-system", Egress.ALLOW_ANY);

    public MeshSettings(Compat compat, String trustDomain, String rootNamespace, Egress egress) {
        this(
                compat,
                trustDomain,
                rootNamespace,
                egress,
                Scoping.DEFAULT,
                Enrolment.AS_ANNOTATED,
                Protocols.of(compat),
                null);
    }

    /**
     * How HTTP is found and spoken, where objects do not say.
     *
     * @param upgrade whether ports that are declared HTTP/1.1 are spoken to in HTTP/2
     * @param detectionTimeout how long a client may keep silent before it is taken for one that
     *     waits for its server; zero: for ever. Default 5 s; in an old mesh 100 ms, as it was then
     */
    public record Protocols(boolean upgrade, Duration detectionTimeout) {

        public static Protocols of(Compat compat) {
            return new Protocols(
                    false,
                    compat == Compat.MODERN ? Duration.ofSeconds(5) : Duration.ofMillis(100));
        }
    }

    /** Whose traffic is captured at all. */
    public enum Enrolment {
        /** Who asks for it. */
        AS_ANNOTATED,
        /** Nobody's: all pods leave the mesh. */
        OFF
    }

    /**
     * Who sees what, where objects do not say.
     *
     * @param services exportTo of Services; likewise of the other two
     * @param discovery which namespaces the mesh knows; empty: all
     */
    public record Scoping(
            List<String> services,
            List<String> virtualServices,
            List<String> destinationRules,
            List<LabelSelector> discovery) {

        public static final Scoping DEFAULT =
                new Scoping(List.of("*"), List.of("*"), List.of("*"), List.of());

        public Scoping {
            services = List.copyOf(services);
            virtualServices = List.copyOf(virtualServices);
            destinationRules = List.copyOf(destinationRules);
            discovery = List.copyOf(discovery);
        }
    }

    /** Whose defaults hold where an object says nothing. */
    public enum Compat {
        MODERN,
        ISTIO_1_0
    }

    /** What becomes of traffic that no service matches. */
    public enum Egress {
        /** Passed on to its original destination. */
        ALLOW_ANY,
        /** HTTP 502, connections refused. */
        REGISTRY_ONLY,
        /** HTTP 404, connections refused: Istio 1.0. */
        NOT_FOUND
    }

    public boolean modern() {
        return compat == Compat.MODERN;
    }
}
