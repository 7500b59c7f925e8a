package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths after a rewrite. What a real Envoy 1.40 answered stands in the tables. */
class RewriteTest {

    @ParameterizedTest
    @CsvSource({
        "/a, /, /a/b, //b",
        "/a/, /, /a/b?c=/a/, /b?c=/a/",
        "/a, /x, /a?b, /x?b",
        "/A, /x, /a/b, /x/b",
        "/, /x/, /a, /x/a",
        "/a, x, /a/b, /x/b" // a target begins with a slash
    })
    void aMatchedPrefixIsReplaced(String prefix, String by, String path, String expected) {
        var rewrite = new Rewrite.PathRewrite.Matched(by);

        assertThat(rewrite.apply(path, new PathMatcher.Prefix(prefix, true))).isEqualTo(expected);
    }

    @Test
    void otherMatchesTakeTheWholePath() {
        var rewrite = new Rewrite.PathRewrite.Matched("/x");

        assertThat(rewrite.apply("/a?b", new PathMatcher.Exact("/a", false))).isEqualTo("/x?b");
        assertThat(rewrite.apply("/a?b", new PathMatcher.Regex(Pattern.compile(".*"))))
                .isEqualTo("/x?b");
    }

    @ParameterizedTest
    @CsvSource({
        "'/service/([^/]+)(/.*)', '\\2/instance/\\1', /service/foo/v1/api?q, /v1/api/instance/foo?q",
        "one, two, /xxx/one/yyy/one/zzz, /xxx/two/yyy/two/zzz",
        "'^(.*?)one(.*)$', '\\1two\\2', /xxx/one/yyy/one/zzz, /xxx/two/yyy/one/zzz",
        "'(?i)/xxx/', /yyy/, /aaa/XxX/bbb, /aaa/yyy/bbb",
        "'/re/(x*)', '/\\1', /re/xyz?q, /xyz?q",
        "'.*', '/\\0', /a, //a",
        "a*, -, /aab, /-/-b-",
        "/a, '/\\\\', /a, '/\\'",
        "nothing, x, /a?nothing, /a?nothing"
    })
    void aPatternsMatchesAreReplaced(String regex, String by, String path, String expected) {
        Pattern pattern = Pattern.compile(regex);
        var rewrite = new Rewrite.PathRewrite.Regex(pattern, Substitution.of(by, pattern));
        String rooted = expected.equals("/-/-b-") ? "/-/-b-" : expected;

        assertThat(rewrite.apply(path, new PathMatcher.Prefix("/", false)))
                .isEqualTo(rooted.equals("/-/-b-") ? "/-/-b-" : rooted);
    }

    @Test
    void aSubstitutionNamesGroupsThatThereAre() {
        Pattern pattern = Pattern.compile("(a)");

        assertThatThrownBy(() -> Substitution.of("\\2", pattern)).hasMessageContaining("1 groups");
        assertThatThrownBy(() -> Substitution.of("\\x", pattern)).hasMessageContaining("digit");
        assertThatThrownBy(() -> Substitution.of("x\\", pattern)).hasMessageContaining("digit");
    }

    /** The same as the library's where there is no empty match. */
    @Property(tries = 300)
    void replacesAsTheLibraryDoes(
            @ForAll @StringLength(max = 20) @CharRange(from = 'a', to = 'd') String input,
            @ForAll @StringLength(max = 3) @CharRange(from = 'a', to = 'd') String by) {
        Pattern pattern = Pattern.compile("(a+)b|cd?");

        assertThat(Substitution.of(by + "\\1", pattern).replaceAll(pattern, input))
                .isEqualTo(pattern.matcher(input).replaceAll(by + "$1"));
    }
}
