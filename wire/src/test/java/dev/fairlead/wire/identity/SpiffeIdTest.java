package dev.fairlead.wire.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {

    @Test
    void parseReadsWhatUriWrites() {
        var id = new SpiffeId("cluster.local", "default", "bookinfo-reviews");
        assertThat(SpiffeId.parse(id.uri())).isEqualTo(id);
        assertThat(id.uri()).isEqualTo("spiffe://cluster.local/ns/default/sa/bookinfo-reviews");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://cluster.local/ns/a/sa/b",
                "spiffe://cluster.local/ns/a/sa/b/c",
                "spiffe://cluster.local/ns/a/sa/",
                "spiffe://cluster.local/ns/../sa/b",
                "spiffe://Cluster.local/ns/a/sa/b",
                "spiffe://cluster.local:80/ns/a/sa/b",
                "spiffe://cluster.local/ns/a/sa/b?x",
                "spiffe://cluster.local/ns/a/sa/b\n",
                "spiffe://user@cluster.local/ns/a/sa/b"
            })
    void whatIsNotAnIdIsRefused(String uri) {
        assertThatThrownBy(() -> SpiffeId.parse(uri)).isInstanceOf(IllegalArgumentException.class);
    }
}
