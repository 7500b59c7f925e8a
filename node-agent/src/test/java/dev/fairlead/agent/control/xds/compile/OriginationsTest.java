package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.fairlead.agent.control.xds.testing.TlsSamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters whose TLS is a rule's own. */
class OriginationsTest {

    private static Cluster cluster(boolean byHost, Consumer<UpstreamTlsContext.Builder> more) {
        var tls = UpstreamTlsContext.newBuilder();
        more.accept(tls);
        return (byHost ? TlsSamples.byHost("c", tls.build()) : TlsSamples.own("c", tls.build()))
                .build();
    }

    private static void roots(UpstreamTlsContext.Builder tls, String name) {
        tls.mergeFrom(TlsSamples.knownBy(name).build());
    }

    private static Object transport(Cluster cluster) {
        return switch (new ClusterCompiler().compile("c", Any.pack(cluster))) {
            case Outcome.Compiled<dev.fairlead.agent.model.cluster.Cluster>(var model, var _) ->
                    model.transport() instanceof UpstreamTransport.Originated(TlsOrigination tls)
                            ? tls
                            : model.transport();
            case Outcome.Refused<?> refused -> refused.message();
        };
    }

    @Test
    void simpleGoesByTheRequestsHost() {
        assertThat(transport(cluster(true, tls -> roots(tls, "file-root:system"))))
                .isEqualTo(
                        new TlsOrigination(
                                "",
                                true,
                                true,
                                List.of(),
                                null,
                                "file-root:system",
                                Set.of(),
                                false));
    }

    @Test
    void mutualShowsACertificate() {
        Cluster cluster =
                cluster(
                        false,
                        tls -> {
                            tls.setSni("a.b");
                            tls.getCommonTlsContextBuilder()
                                    .addAlpnProtocols("h2")
                                    .addTlsCertificateSdsSecretConfigs(
                                            TlsSamples.secret("file-cert:/c~/k"));
                            roots(tls, "file-root:/ca.pem");
                            TlsSamples.name(tls, SanType.DNS, "b");
                            TlsSamples.name(tls, SanType.IP_ADDRESS, "10.0.0.1");
                        });

        assertThat(transport(cluster))
                .isEqualTo(
                        new TlsOrigination(
                                "a.b",
                                false,
                                false,
                                List.of("h2"),
                                "file-cert:/c~/k",
                                "file-root:/ca.pem",
                                Set.of(
                                        new SubjectAltName(SubjectAltName.Kind.DNS, "b"),
                                        new SubjectAltName(
                                                SubjectAltName.Kind.IP_ADDRESS, "10.0.0.1")),
                                false));
    }

    @Test
    void withoutRootsTheServerMayBeAnybody() {
        for (boolean said : List.of(true, false)) {
            Cluster cluster =
                    cluster(
                            false,
                            tls -> {
                                if (said) {
                                    tls.getCommonTlsContextBuilder().getValidationContextBuilder();
                                }
                            });
            assertThat(transport(cluster))
                    .isInstanceOfSatisfying(
                            TlsOrigination.class, tls -> assertThat(tls.roots()).isNull());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "own",
                "file-root:/ca.pem",
                "file-cert:",
                "file-cert:/c",
                "file-cert:/c~",
                "file-cert:~/k",
                "file-cert:/c~/k~/x",
                "spiffe://cluster.local/ns/a/sa/b",
                "kubernetes://a/b",
                "kubernetes://..",
                "kubernetes://a-cacert",
                "kubernetes://"
            })
    void otherCertificatesAreRefused(String name) {
        Cluster cluster =
                cluster(
                        false,
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .addTlsCertificateSdsSecretConfigs(
                                                TlsSamples.secret(name)));

        assertThat(transport(cluster).toString())
                .contains("tls_certificate_sds_secret_configs[0].name")
                .contains("\"" + name + "\" is not file-cert:<certificate>~<key>");
    }

    @ParameterizedTest
    @CsvSource({
        "own",
        "file-root:",
        "file-root:/a~",
        "file-root:~/l",
        "file-root:/a~/l~/m",
        "file-cert:/c~/k",
        "kubernetes://a",
        "kubernetes://a/b-cacert"
    })
    void otherRootsAreRefused(String name) {
        assertThat(transport(cluster(false, tls -> roots(tls, name))).toString())
                .contains("validation_context_sds_secret_config.name")
                .contains("\"" + name + "\" is not file-root:<bundle>");
    }

    @Test
    void namesWithoutRootsAreRefused() {
        assertThat(transport(cluster(true, tls -> {})).toString())
                .contains("combined_validation_context")
                .contains("not set beside auto_san_validation");
        Cluster cluster =
                cluster(
                        false,
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getValidationContextBuilder()
                                        .addMatchTypedSubjectAltNames(
                                                SubjectAltNameMatcher.newBuilder()
                                                        .setSanType(SanType.DNS)
                                                        .setMatcher(Wire.exact("a"))));
        assertThat(transport(cluster).toString()).contains("needs a secret with roots");
    }

    /** It would be looked at by nobody. */
    @Test
    void hostsDecideNothingOfTheMeshsOwnTls() {
        Cluster mutual =
                cluster(true, tls -> {}).toBuilder().setTransportSocket(Wire.clientTls()).build();
        assertThat(transport(mutual).toString()).contains("auto_sni");
        assertThat(transport(mutual.toBuilder().clearTransportSocket().build()).toString())
                .contains("auto_sni");
    }
}
