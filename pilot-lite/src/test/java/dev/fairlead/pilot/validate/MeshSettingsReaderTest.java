package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Retries;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MeshSettingsReaderTest {

    private static Verdict<MeshSettings> read(String mesh) {
        var map = JsonNodeFactory.instance.objectNode();
        map.putObject("data").put("mesh", mesh);
        return MeshSettingsReader.read(map);
    }

    private static MeshSettings settings(Compat compat, Egress egress) {
        return new MeshSettings(compat, "cluster.local", "istio-system", egress);
    }

    private static MeshSettings speaking(MeshSettings.Protocols protocols) {
        return new MeshSettings(
                Compat.MODERN,
                "cluster.local",
                "istio-system",
                Egress.ALLOW_ANY,
                MeshSettings.Scoping.DEFAULT,
                MeshSettings.Enrolment.AS_ANNOTATED,
                protocols,
                null);
    }

    private static MeshSettings retrying(Retries retries) {
        return new MeshSettings(
                Compat.MODERN,
                "cluster.local",
                "istio-system",
                Egress.ALLOW_ANY,
                MeshSettings.Scoping.DEFAULT,
                MeshSettings.Enrolment.AS_ANNOTATED,
                MeshSettings.Protocols.of(Compat.MODERN),
                retries);
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                arguments("", MeshSettings.DEFAULT),
                arguments("compat: istio-1.0", settings(Compat.ISTIO_1_0, Egress.NOT_FOUND)),
                arguments(
                        "{compat: istio-1.0, outboundTrafficPolicy: {mode: ALLOW_ANY}}",
                        settings(Compat.ISTIO_1_0, Egress.ALLOW_ANY)),
                arguments(
                        "outboundTrafficPolicy: {mode: REGISTRY_ONLY}",
                        settings(Compat.MODERN, Egress.REGISTRY_ONLY)),
                arguments(
                        "{trustDomain: td, rootNamespace: root}",
                        new MeshSettings(Compat.MODERN, "td", "root", Egress.ALLOW_ANY)),
                arguments(
                        "enrolment: {mode: OFF}",
                        new MeshSettings(
                                Compat.MODERN,
                                "cluster.local",
                                "istio-system",
                                Egress.ALLOW_ANY,
                                MeshSettings.Scoping.DEFAULT,
                                MeshSettings.Enrolment.OFF,
                                MeshSettings.Protocols.of(Compat.MODERN),
                                null)),
                arguments(
                        "defaultHttpRetryPolicy: {attempts: 3, retryOn: '503,reset'}",
                        retrying(
                                new Retries(
                                        3,
                                        null,
                                        List.of("reset"),
                                        List.of(503),
                                        null,
                                        false,
                                        null))),
                arguments(
                        "{h2UpgradePolicy: UPGRADE, protocolDetectionTimeout: 0s}",
                        speaking(new MeshSettings.Protocols(true, Duration.ZERO))),
                arguments(
                        "{h2UpgradePolicy: DO_NOT_UPGRADE, protocolDetectionTimeout: 0.25s}",
                        speaking(new MeshSettings.Protocols(false, Duration.ofMillis(250)))));
    }

    @ParameterizedTest
    @MethodSource
    void accepted(String mesh, MeshSettings settings) {
        assertThat(read(mesh)).isEqualTo(new Verdict.Accepted<>(settings));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|SANITIZE_SET true false false true true",
                "{}|SANITIZE_SET true false false true true",
                "{forwardedClientCert: UNDEFINED}|SANITIZE_SET true false false true true",
                "{forwardedClientCert: APPEND_FORWARD}|APPEND_FORWARD true false false true true",
                "{forwarded_client_cert: SANITIZE}|SANITIZE true false false true true",
                "{forwardedClientCert: FORWARD_ONLY}|FORWARD_ONLY true false false true true",
                "{forwardedClientCert: ALWAYS_FORWARD_ONLY}|ALWAYS_FORWARD_ONLY true false false true true",
                "{setCurrentClientCertDetails: {subject: false, cert: true, chain: true, dns: false, uri: false}}|SANITIZE_SET false true true false false",
            })
    void proxyHeaders(String headers, String expected) {
        String mesh = headers == null ? "" : "defaultConfig: {proxyHeaders: " + headers + "}";
        assertThat(read(mesh))
                .isInstanceOfSatisfying(
                        Verdict.Accepted.class,
                        accepted -> {
                            var told = ((MeshSettings) accepted.value()).security().clientCert();
                            assertThat(
                                            told.form()
                                                    + " "
                                                    + told.subject()
                                                    + " "
                                                    + told.cert()
                                                    + " "
                                                    + told.chain()
                                                    + " "
                                                    + told.dns()
                                                    + " "
                                                    + told.uri())
                                    .isEqualTo(expected);
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compat: istio-2.0|data.mesh.compat: must be modern or istio-1.0",
                "trustDomain: A/B|data.mesh.trustDomain: \"A/B\" is not a trust domain",
                "h2UpgradePolicy: DEFAULT|data.mesh.h2UpgradePolicy: unknown value DEFAULT",
                "protocolDetectionTimeout: 5|data.mesh.protocolDetectionTimeout: must be a string",
                "protocolDetectionTimeout: -1s|data.mesh.protocolDetectionTimeout: \"-1s\" is not a duration of at least 0ms, at most a year",
                "accessLogFile: x|data.mesh.accessLogFile: unknown field",
                "defaultHttpRetryPolicy: {attempts: 1, retryOn: x}|data.mesh.defaultHttpRetryPolicy.retryOn: \"x\" is nothing to retry on",
                "defaultConfig: {proxyHeaders: {forwardedClientCert: ALWAYS}}|data.mesh.defaultConfig.proxyHeaders.forwardedClientCert: unknown value ALWAYS",
                "defaultConfig: {proxyHeaders: {server: {value: x}}}|data.mesh.defaultConfig.proxyHeaders.server: not supported yet",
                "defaultConfig: {proxyHeaders: {setCurrentClientCertDetails: {san: true}}}|data.mesh.defaultConfig.proxyHeaders.setCurrentClientCertDetails.san: unknown field",
                "defaultConfig: {gatewayTopology: {forwardClientCertDetails: SANITIZE}}|data.mesh.defaultConfig.gatewayTopology: not supported yet",
                "just words|data.mesh: must be an object"
            })
    void refused(String mesh, String problem) {
        assertThat(read(mesh))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.problems().toString()).contains(problem));
    }
}
