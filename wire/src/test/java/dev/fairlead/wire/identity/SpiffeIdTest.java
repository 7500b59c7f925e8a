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

    /** SPIFFE ID §2.1 and §2.2: the whole alphabet, and names of dots that are not all dots. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://abcdefghijklmnopqrstuvwxyz0123456789-_./ns/a/sa/b",
                "spiffe://d/ns/a/sa/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
                "spiffe://d/ns/a/sa/...",
                "spiffe://d/ns/.a/sa/b.."
            })
    void everyLetterOfTheAlphabetIsTaken(String uri) {
        assertThat(SpiffeId.parse(uri).uri()).isEqualTo(uri);
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
                "spiffe://user@cluster.local/ns/a/sa/b",
                "SPIFFE://cluster.local/ns/a/sa/b",
                "spiffe:/cluster.local/ns/a/sa/b",
                "//cluster.local/ns/a/sa/b",
                "spiffe:///ns/a/sa/b",
                "spiffe://",
                "spiffe://cluster.local",
                "spiffe://cluster.local/",
                "spiffe://cluster.local//ns/a/sa/b",
                "spiffe://cluster.local/ns//sa/b",
                "spiffe://cluster.local/ns/a/sa/b/",
                "spiffe://cluster.local/ns/a/sa/.",
                "spiffe://cluster.local/ns/a/sa/%62",
                "spiffe://cluster.local/ns/a/sa/b#c",
                "spiffe://cluster.local/ns/a/sa/b c",
                "spiffe://cluster.local/ns/a/sa/\u00e9",
                "spiffe://cluster local/ns/a/sa/b",
                "spiffe://cluster%2elocal/ns/a/sa/b",
                "spiffe://[::1]/ns/a/sa/b"
            })
    void whatIsNotAnIdIsRefused(String uri) {
        assertThatThrownBy(() -> SpiffeId.parse(uri)).isInstanceOf(IllegalArgumentException.class);
    }
}
