package dev.fairlead.wire.enrolment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrolmentTest {

    /** {@code @key=value} is an annotation, {@code key=value} a label. */
    private static Map<String, String> words(String text, boolean annotations) {
        Map<String, String> words = new HashMap<>();
        Arrays.stream(text.split(" "))
                .filter(word -> !word.isEmpty() && word.startsWith("@") == annotations)
                .map(word -> word.replace("@", "").split("=", 2))
                .forEach(word -> words.put(word[0], word[1]));
        return words;
    }

    private static PodWord pod(String text, boolean hostNetwork, String... proxies) {
        return PodWord.of(words(text, false), words(text, true), List.of(proxies), hostNetwork);
    }

    private static NamespaceWord namespace(String name, String text) {
        return NamespaceWord.of(name, words(text, false), words(text, true));
    }

    /** Who asks, and what stands against it. In: yes, no, bad. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | '' | no | ''",
                "@fairlead.dev/mesh=enabled | '' | yes | ''",
                "istio-injection=enabled | '' | yes | ''",
                "istio-injection=disabled | '' | no | ''",
                "@istio-injection=enabled | '' | no | ''",
                "fairlead.dev/mesh=enabled | '' | no | ''",
                "@fairlead.dev/mesh=disabled istio-injection=enabled | '' | no | ''",
                "@fairlead.dev/mesh=on | '' | bad | ''",
                "@fairlead.dev/mesh=disabled | @fairlead.dev/mesh=enabled | yes | ''",
                "'' | @fairlead.dev/mesh=enabled | yes | ''",
                "@fairlead.dev/mesh=on | @fairlead.dev/mesh=enabled | yes | ''",
                "@fairlead.dev/mesh=enabled | @fairlead.dev/mesh=disabled | no | opted out",
                "'' | @fairlead.dev/mesh=disabled | no | ''",
                "@fairlead.dev/mesh=enabled | @fairlead.dev/mesh=maybe | bad | ''",
                "@fairlead.dev/mesh=enabled | sidecar.istio.io/inject=false | no | opted out",
                "@fairlead.dev/mesh=enabled | @sidecar.istio.io/inject=false | no | opted out",
                "@fairlead.dev/mesh=enabled | sidecar.istio.io/inject=true | yes | ''",
                "'' | sidecar.istio.io/inject=true | no | ''",
                "'' | sidecar.istio.io/inject=false | no | ''",
                "'' | @fairlead.dev/mesh=enabled @sidecar.istio.io/inject=false | yes | ''",
                "istio-injection=enabled | @sidecar.istio.io/status={} | no | sidecar",
                "istio-injection=enabled | @kubernetes.io/config.mirror=1 | no | static",
                "'' | @sidecar.istio.io/status={} | no | ''",
                "'' | @fairlead.dev/mesh=enabled @sidecar.istio.io/status={} | no | sidecar",
                "@fairlead.dev/mesh=enabled | @ambient.istio.io/redirection=enabled | no | ambient",
                "@fairlead.dev/mesh=enabled | @ambient.istio.io/redirection=disabled | yes | ''",
                "@fairlead.dev/mesh=enabled | istio.io/dataplane-mode=ambient | no | ambient",
                "@fairlead.dev/mesh=enabled istio.io/dataplane-mode=ambient | '' | no | ambient",
                "istio.io/dataplane-mode=ambient | '' | no | ''",
            })
    void thePodsWordCountsBeforeItsNamespaces(
            String namespace, String pod, String in, String despite) {
        Enrolment answer = Enrolment.of("p", pod(pod, false, "app"), namespace("a", namespace));
        assertThat(shown(answer)).isEqualTo(in + " " + despite);
    }

    private static String shown(Enrolment answer) {
        return switch (answer) {
            case Enrolment.Enrolled _ -> "yes ";
            case Enrolment.LeftAlone(_, String despite) -> "no " + despite;
            case Enrolment.Invalid _ -> "bad ";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "a, false, istio-proxy, no sidecar",
        "a, false, linkerd-proxy, no sidecar",
        "a, false, envoy, 'yes '",
        "a, true, app, 'no '",
        "kube-system, false, app, 'no '",
        "fairlead-system, false, app, 'no '",
        "kube-system, false, istio-proxy, 'no '",
    })
    void someAreLeftAloneWhateverTheySay(
            String namespace, boolean hostNetwork, String container, String answer) {
        String on = "@fairlead.dev/mesh=enabled";
        Enrolment enrolment =
                Enrolment.of("p", pod(on, hostNetwork, container), namespace(namespace, on));
        assertThat(shown(enrolment)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "a, @fairlead.dev/mesh=enabled, true",
        "a, istio-injection=enabled, true",
        "a, @fairlead.dev/mesh=disabled istio-injection=enabled, false",
        "a, '', false",
        "a, istio-injection=enabled istio.io/dataplane-mode=ambient, false",
        "kube-system, @fairlead.dev/mesh=enabled, false",
        "fairlead-system, istio-injection=enabled, false",
    })
    void aNamespaceAsksForItsPods(String name, String words, boolean asks) {
        assertThat(namespace(name, words).asks()).isEqualTo(asks);
    }
}
