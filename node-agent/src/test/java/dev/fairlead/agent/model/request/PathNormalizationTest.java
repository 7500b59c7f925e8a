package dev.fairlead.agent.model.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.request.PathNormalization.EscapedSlashes;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one way to write a path. What is here is what an Envoy has answered to the same. */
class PathNormalizationTest {

    private static final PathNormalization DOTS =
            new PathNormalization(true, false, EscapedSlashes.KEEP);

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = ' ',
            value = {
                "/ /",
                "/a/b?x=/../y /a/b?x=/../y",
                "/a/./b /a/b",
                "/a/../b /b",
                "/a/.. /",
                "/a/. /a/",
                "/.. /",
                "/../../a /a",
                "/a/%2e%2E/b /b",
                "/a/.%2e/b /b",
                "/a/.b /a/.b",
                "/a/..b /a/..b",
                "/a/... /a/...",
                "/a./b /a./b",
                "/a\\..\\b /b",
                "/a\\b /a/b",
                "/%61dmin /admin",
                "/%2D%5F%7e /-_~",
                "/a%2fb /a%2fb",
                "/a%2Fb /a%2Fb",
                "/a%zz /a%zz",
                "/a% /a%",
                "/a%4 /a%4",
                "/a//b /a//b",
                "//a/../b //b",
                "/a/%252e%252e/b /a/%252e%252e/b",
                "/a|b /a%7Cb",
                "/a;p=1/../b /b",
                "/public/../private /private",
            })
    void dotsAndEscapes(String path, String written) {
        assertThat(DOTS.of(path)).isEqualTo(written);
    }

    @Test
    void anEscapedNulIsMalformed() {
        assertThat(DOTS.of("/a%00b")).isNull();
    }

    @Test
    void slashesAreMergedAfterAllElse() {
        PathNormalization merging = new PathNormalization(true, true, EscapedSlashes.KEEP);

        assertThat(merging.of("//a///b//?c=//d")).isEqualTo("/a/b/?c=//d");
        assertThat(merging.of("/a/\\b")).isEqualTo("/a/b");
    }

    @Test
    void escapedSlashesAreRefusedOrUnescapedBeforeAllElse() {
        PathNormalization refusing = new PathNormalization(true, false, EscapedSlashes.REJECT);
        PathNormalization unescaping = new PathNormalization(true, true, EscapedSlashes.UNESCAPE);
        PathNormalization redirecting = new PathNormalization(true, true, EscapedSlashes.REDIRECT);

        assertThat(refusing.of("/a%2fb")).isNull();
        assertThat(refusing.of("/a%5Cb")).isNull();
        assertThat(refusing.of("/a?x=%2f")).isEqualTo("/a?x=%2f");
        assertThat(unescaping.of("/a/..%2fb%5c..%2F/c?%2f")).isEqualTo("/c?%2f");
        assertThat(unescaping.redirects("/a%2fb")).isFalse();
        assertThat(redirecting.redirects("/a%2fb")).isTrue();
        assertThat(redirecting.redirects("/a?%2fb")).isFalse();
    }

    @Test
    void anOrdinaryPathIsNotCopied() {
        String path = "/reviews/0?x=1";

        assertThat(DOTS.of(path)).isSameAs(path);
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("/", ".", "%2e", "%2E", "%", "a", "\\", "%2f", "?", "|", "%61", "~")
                .list()
                .ofMaxSize(12)
                .map(parts -> "/" + String.join("", parts));
    }

    @Property(tries = 3000)
    void noDotSegmentIsLeft(@ForAll("paths") String path) {
        String written = DOTS.of(path);

        assertThat(written).isNotNull().startsWith("/");
        String plain = written.split("[?]", 2)[0];
        assertThat(plain.split("/", -1)).doesNotContain(".", "..");
        assertThat(plain).doesNotContain("\\");
    }
}
