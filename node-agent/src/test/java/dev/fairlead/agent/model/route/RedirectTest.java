package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Location of redirects. What a real Envoy 1.40 answered stands in the tables. */
class RedirectTest {

    private static final PathMatcher MATCH = new PathMatcher.Prefix("/a", false);

    @ParameterizedTest
    @CsvSource({
        "https, '', 0, '', false, h:8080, /a?b=1, https://h:8080/a?b=1",
        "https, '', 0, '', false, h:80, /a, https://h/a",
        "'', '', 0, '', false, h:80, /a, http://h:80/a",
        "'', '', 8443, '', false, h:80, /a?b, http://h:8443/a?b",
        "'', other:99, 0, '', false, h, /a?b, http://other:99/a?b",
        "'', other, 77, '', true, h, /a?b, http://other:77/a",
        "'', '', 0, /new, false, h, /a?b, http://h/new?b",
        "'', '', 0, /new, true, h, /a?b, http://h/new",
        "'', '', 0, /new?z=1, true, h, /a?b, http://h/new?z=1",
        "'', '', 1, '', false, '[::1]:80', /a, http://[::1]:1/a",
        "https, '', 0, '', false, '[::1]', /a, https://[::1]/a"
    })
    void location(
            String scheme,
            String host,
            int port,
            String path,
            boolean stripQuery,
            String authority,
            String asked,
            String expected) {
        var redirect = new Redirect(scheme, host, port, path, null, 301, stripQuery);

        assertThat(redirect.location(TestRequest.get(authority, asked), MATCH)).isEqualTo(expected);
    }

    @Test
    void aPathIsRewritten() {
        Pattern pattern = Pattern.compile("/a/(.*)");
        var prefix = new Rewrite.PathRewrite.Matched("/p");
        var regex = new Rewrite.PathRewrite.Regex(pattern, Substitution.of("/x/\\1", pattern));

        assertThat(with(prefix).location(TestRequest.get("h", "/a/b?c"), MATCH))
                .isEqualTo("http://h/p/b?c");
        assertThat(with(regex).location(TestRequest.get("h", "/a/b?c"), MATCH))
                .isEqualTo("http://h/x/b?c");
    }

    private static Redirect with(Rewrite.PathRewrite path) {
        return new Redirect("", "", 0, "", path, 302, false);
    }

    @Test
    void aDirectResponseSaysWhereItIs() {
        var request = TestRequest.get("h", "/a");

        assertThat(Redirect.ofResponse(201, request)).isEqualTo("http://h/a");
        assertThat(Redirect.ofResponse(302, request)).isEqualTo("http://h/a");
        assertThat(Redirect.ofResponse(200, request)).isNull();
        assertThat(Redirect.ofResponse(404, request)).isNull();
    }
}
