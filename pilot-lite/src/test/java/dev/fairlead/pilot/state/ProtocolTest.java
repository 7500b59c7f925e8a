package dev.fairlead.pilot.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolTest {

    @ParameterizedTest
    @CsvSource({
        "http, HTTP",
        "http-web, HTTP",
        "HTTP, HTTP",
        "grpc-web, HTTP",
        "grpc-web-ui, HTTP",
        "http2, HTTP2",
        "http2-api, HTTP2",
        "grpc, HTTP2",
        "GRPC-api, HTTP2",
        "grpcweb, UNDECLARED",
        "https, TLS",
        "tls-sni, TLS",
        "tcp, TCP",
        "mongo, TCP",
        "mysql-main, TCP",
        "redis, TCP",
        "udp, UDP",
        "web, UNDECLARED",
        "h2c, UNDECLARED",
        "kubernetes.io/h2c, UNDECLARED",
        "'', UNDECLARED"
    })
    void portNameSaysByItsFirstWord(String name, Protocol protocol) {
        assertThat(Protocol.of("TCP", "", name)).isEqualTo(protocol);
    }

    @ParameterizedTest
    @CsvSource({
        "kubernetes.io/h2c, HTTP2",
        "kubernetes.io/ws, HTTP",
        "kubernetes.io/wss, TLS",
        "http, HTTP",
        "http2, HTTP2",
        "grpc, HTTP2",
        "grpc-web, HTTP",
        "https, TLS",
        "redis, TCP",
        "example.com/own, UNDECLARED"
    })
    void appProtocolComesBeforeTheName(String appProtocol, Protocol protocol) {
        assertThat(Protocol.of("TCP", appProtocol, "tcp")).isEqualTo(protocol);
    }

    @ParameterizedTest
    @CsvSource({"http, grpc", "'', dns"})
    void aUdpPortIsUdp(String appProtocol, String name) {
        assertThat(Protocol.of("UDP", appProtocol, name)).isEqualTo(Protocol.UDP);
    }
}
