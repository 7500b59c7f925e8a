package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a DestinationRule's {@code tls} becomes: Istio's fields, by mode and compat. */
class TlsOriginationTest {

    private static final String NAME = "outbound|9080||reviews.default.svc.cluster.local";
    private static final String COMPAT =
            """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data: {mesh: "compat: istio-1.0"}
            """;

    private static Cluster cluster(String policy, boolean modern, int profile) {
        String rule =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: reviews}
                spec: {host: reviews, trafficPolicy: {%s}}
                """
                        .formatted(policy);
        var view =
                MeshCompiler.compile(
                        TestStates.of(reviewsAndSleep() + rule + (modern ? "" : COMPAT)));
        Map<String, VersionedResource> clusters =
                new Snapshot(new Snapshot.Revisions(1, 1, 1, 0), view)
                        .agent("node-1", profile)
                        .get(ResourceType.CLUSTER);
        try {
            return Objects.requireNonNull(clusters).get(NAME).body().unpack(Cluster.class);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** The transport socket in a line. */
    private static String spoken(Cluster cluster) throws InvalidProtocolBufferException {
        var tls = cluster.getTransportSocket().getTypedConfig().unpack(UpstreamTlsContext.class);
        CommonTlsContext common = tls.getCommonTlsContext();
        StringBuilder text = new StringBuilder();
        if (!tls.getSni().isEmpty()) {
            text.append("sni ").append(tls.getSni()).append("; ");
        }
        common.getTlsCertificateSdsSecretConfigsList()
                .forEach(secret -> text.append(secret.getName()).append("; "));
        switch (common.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT -> text.append("anybody");
            case COMBINED_VALIDATION_CONTEXT -> {
                var combined = common.getCombinedValidationContext();
                text.append(combined.getValidationContextSdsSecretConfig().getName());
                combined.getDefaultValidationContext()
                        .getMatchTypedSubjectAltNamesList()
                        .forEach(name ->
                                text.append(' ')
                                        .append(name.getSanType())
                                        .append('=')
                                        .append(name.getMatcher().getExact()));
            }
            default -> text.append("nothing");
        }
        var any =
                cluster.getTypedExtensionProtocolOptionsMap()
                        .get("envoy.extensions.upstreams.http.v3.HttpProtocolOptions");
        if (any != null) {
            var names = any.unpack(HttpProtocolOptions.class).getUpstreamHttpProtocolOptions();
            text.append(names.getAutoSni() ? "; auto_sni" : "")
                    .append(names.getAutoSanValidation() ? "; auto_san_validation" : "");
        }
        return text.append(common.getAlpnProtocolsList()).toString();
    }

    static Stream<Arguments> modes() {
        String files = "clientCertificate: /c.pem, privateKey: /k.pem";
        return Stream.of(
                arguments(
                        "mode: SIMPLE",
                        "file-root:system; auto_sni; auto_san_validation[]",
                        "anybody[]"),
                arguments(
                        "mode: SIMPLE, sni: a.b",
                        "sni a.b; file-root:system[]",
                        "sni a.b; anybody[]"),
                arguments(
                        "mode: SIMPLE, caCertificates: /ca.pem",
                        "file-root:/ca.pem; auto_sni; auto_san_validation[]",
                        "file-root:/ca.pem[]"),
                arguments(
                        "mode: SIMPLE, caCertificates: system, subjectAltNames: [b, 'spiffe://a/b',"
                                + " 10.0.0.1, a@b, b]",
                        "file-root:system IP_ADDRESS=10.0.0.1 EMAIL=a@b DNS=b URI=spiffe://a/b;"
                                + " auto_sni[]",
                        "file-root:system IP_ADDRESS=10.0.0.1 EMAIL=a@b DNS=b URI=spiffe://a/b[]"),
                arguments(
                        "mode: SIMPLE, insecureSkipVerify: true",
                        "anybody; auto_sni[]",
                        "anybody[]"),
                arguments(
                        "mode: SIMPLE, credentialName: own",
                        "kubernetes://own-cacert; auto_sni; auto_san_validation[]",
                        "kubernetes://own-cacert[]"),
                arguments(
                        "mode: SIMPLE, credentialName: own-cacert",
                        "kubernetes://own-cacert; auto_sni; auto_san_validation[]",
                        "kubernetes://own-cacert[]"),
                arguments(
                        "mode: SIMPLE, caCertificates: /ca.pem, caCrl: /crl.pem",
                        "file-root:/ca.pem~/crl.pem; auto_sni; auto_san_validation[]",
                        "file-root:/ca.pem~/crl.pem[]"),
                arguments(
                        "mode: MUTUAL, credentialName: own, sni: a.b",
                        "sni a.b; kubernetes://own; kubernetes://own-cacert[]",
                        "sni a.b; kubernetes://own; kubernetes://own-cacert[]"),
                arguments(
                        "mode: MUTUAL, " + files,
                        "file-cert:/c.pem~/k.pem; file-root:system; auto_sni; auto_san_validation[]",
                        "file-cert:/c.pem~/k.pem; anybody[]"),
                arguments(
                        "mode: MUTUAL, caCertificates: /ca.pem, sni: a.b, " + files,
                        "sni a.b; file-cert:/c.pem~/k.pem; file-root:/ca.pem[]",
                        "sni a.b; file-cert:/c.pem~/k.pem; file-root:/ca.pem[]"));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void whatIsServed(String tls, String modern, String old) throws Exception {
        assertThat(spoken(cluster("tls: {" + tls + "}", true, Profile.NEWEST))).isEqualTo(modern);
        assertThat(spoken(cluster("tls: {" + tls + "}", false, Profile.NEWEST))).isEqualTo(old);
    }

    @Test
    void theMachinesOwnRootsMayHaveListsToo() throws Exception {
        assertThat(
                        spoken(
                                cluster(
                                        "tls: {mode: SIMPLE, sni: a, caCrl: /crl.pem}",
                                        true,
                                        Profile.NEWEST)))
                .isEqualTo("sni a; file-root:system~/crl.pem[]");
    }

    /** Rather refused by one that does not know it than sent in plaintext. */
    @Test
    void oldAgentsAreServedItToo() throws Exception {
        for (int profile = 1; profile < Profile.NEWEST; profile++) {
            assertThat(spoken(cluster("tls: {mode: SIMPLE}", true, profile)))
                    .startsWith("file-root:system");
        }
    }

    @Test
    void http2IsSaidByAlpn() throws Exception {
        String policy = "tls: {mode: SIMPLE}, connectionPool: {http: {h2UpgradePolicy: UPGRADE}}";

        assertThat(spoken(cluster(policy, true, Profile.NEWEST)))
                .isEqualTo("file-root:system; auto_sni; auto_san_validation[h2]");
    }

    @Test
    void aPortMayHaveItsOwn() throws Exception {
        String policy =
                "tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 9080}, tls: {mode:"
                        + " SIMPLE, sni: a}}]";

        assertThat(spoken(cluster(policy, true, Profile.NEWEST)))
                .isEqualTo("sni a; file-root:system[]");
    }

    @Test
    void mutualTlsOfTheMeshTakesNames() throws Exception {
        String policy =
                "tls: {mode: ISTIO_MUTUAL, sni: a.b, subjectAltNames:"
                        + " ['spiffe://cluster.local/ns/x/sa/y']}";

        assertThat(spoken(cluster(policy, true, Profile.NEWEST)))
                .startsWith(
                        "sni a.b; source-workload; ROOTCA URI=spiffe://cluster.local/ns/x/sa/y[");
    }
}
