package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplatesTest {

    private static boolean matches(String template, String path) throws Refusal {
        return PathTemplates.compile(config(template), At.ROOT).matches(path);
    }

    private static UriTemplateMatchConfig config(String template) {
        return UriTemplateMatchConfig.newBuilder().setPathTemplate(template).build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a/* /a/b true",
                "/a/* /a/ false",
                "/a/* /a/b/c false",
                "/a/** /a/ true",
                "/a/** /a/b/c true",
                "/a/** /a false",
                "/**/d /a/b/d true",
                "/**/d /d false",
                "/a/{id} /a/1 true",
                "/a/{id}/c /a/1/c true",
                "/a/{rest=**} /a/1/c true",
                "/a/{x=b/*}/c /a/b/1/c true",
                "/a/*.txt /a/b.txt true",
                "/a/*.txt /a/b.txx false",
                "/a+(b)$ /a+(b)$ true",
                "/a.b /axb false",
                "/a/ /a/ true",
                "/ / true",
                "/a/* /a/%2F true",
                "/a/* /a/b;c=d true",
                "/a/* /a/b*c true",
                "/a/* /a/b|c false",
            })
    void templates(String template, String path, boolean matches) throws Refusal {
        assertThat(matches(template, path)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "/a//b",
                "/**/*",
                "/**/**",
                "/{a}/{a}",
                "/{1}",
                "/{a",
                "/{a=}",
                "/a*b",
                "/{a=b*}",
                "/{a}/{b}/{c}/{d}/{e}/{f}",
                "/*.txt/a",
                "/a b",
                "/[",
                "/a|b"
            })
    void whatIsNoTemplateIsRefused(String template) {
        assertThatThrownBy(() -> PathTemplates.compile(config(template), At.ROOT))
                .isInstanceOf(Refusal.class);
    }

    @Property(tries = 3000)
    void anyTextIsATemplateOrRefused(@ForAll @CharRange(from = '!', to = '~') String text) {
        try {
            PathTemplates.compile(config("/" + text), At.ROOT).matches("/" + text);
        } catch (Refusal refusal) {
            assertThat(refusal.reason()).isNotEmpty();
        }
    }
}
