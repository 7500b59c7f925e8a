package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a DestinationRule's tunnel is told of its proxy's ports and of who is routed there. */
class TunnelCheckTest {

    private static final String PROXY =
            """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: proxy}
            spec: {clusterIP: 198.19.0.9, ports: [{name: %s, port: 3128}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: proxy}
            spec: {host: proxy, %s}
            """;

    private static final String ROUTE =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: away}
            spec: {hosts: [db.example.com], %s: [{%sroute: [{destination: {host: proxy}}]}]}
            """;

    private static final String TUNNEL =
            "trafficPolicy: {tunnel: {targetHost: db.example.com, targetPort: 5432}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp   |      |",
                "auto  |      |",
                "http  | none | spec.trafficPolicy.tunnel: not in force",
                "http  | http | spec.trafficPolicy.tunnel: not in force",
                "http  | tcp  |",
                "http  | tls  |",
                "http2 | tcp  | spec.trafficPolicy.tunnel: port 3128 is declared http2",
                "grpc  | tls  | spec.trafficPolicy.tunnel: port 3128 is declared http2"
            })
    void tunnels(String port, String routes, String warning) {
        assertThat(warnings(PROXY.formatted(port, TUNNEL) + route(routes)))
                .hasSize(warning == null ? 0 : 1)
                .allSatisfy(one -> assertThat(one).startsWith(warning));
    }

    @ParameterizedTest
    @CsvSource({"http, spec.subsets[0].trafficPolicy.tunnel: not in force"})
    void aSubsetsTunnel(String port, String warning) {
        assertThat(
                        warnings(
                                PROXY.formatted(
                                        port,
                                        "subsets: [{name: v1, labels: {version: v1}, "
                                                + TUNNEL
                                                + "}]")))
                .singleElement()
                .satisfies(one -> assertThat(one).startsWith(warning));
    }

    private static String route(String kind) {
        if (kind == null || kind.equals("none")) {
            return "";
        }
        return ROUTE.formatted(
                kind,
                kind.equals("tls") ? "match: [{port: 443, sniHosts: [db.example.com]}], " : "");
    }

    private static List<String> warnings(String yaml) {
        return CrossCheck.warnings(TestStates.of(yaml)).entrySet().stream()
                .filter(each -> each.getKey().kind().equals("DestinationRule"))
                .flatMap(each -> each.getValue().stream())
                .map(Problem::toString)
                .toList();
    }
}
