package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerHeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-forwarded-client-cert",
                "X-Forwarded-Client-Cert",
                "x_forwarded_client_cert",
                "X-Forwarded_Client-CERT",
                "x-envoy-internal",
                "x-envoy-external-address",
                "x-envoy-peer-metadata",
                "x-envoy-peer-metadata-id",
                "x_envoy_peer_metadata_id",
                "x-envoy-decorator-operation"
            })
    void isRemovedEachTime(String name) {
        HttpHeaders headers = new DefaultHttpHeaders().add(name, "1").add("b", "2").add(name, "3");

        PeerHeaders.remove(headers);

        assertThat(headers.names()).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-forwarded-for",
                "x-forwarded-proto",
                "x-request-id",
                "x-envoy-internal2",
                "x-envoy"
            })
    void stays(String name) {
        HttpHeaders headers = new DefaultHttpHeaders().add(name, "1");

        PeerHeaders.remove(headers);

        assertThat(headers.names()).containsExactly(name);
    }
}
