package dev.fairlead.lab.cluster.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | true",
                "{matchLabels: {app: a}} | true",
                "{matchLabels: {app: a, tier: x}} | false",
                "{matchExpressions: [{key: app, operator: In, values: [a, b]}]} | true",
                "{matchExpressions: [{key: app, operator: NotIn, values: [a]}]} | false",
                "{matchExpressions: [{key: none, operator: NotIn, values: [a]}]} | true",
                "{matchExpressions: [{key: app, operator: Exists}]} | true",
                "{matchExpressions: [{key: none, operator: DoesNotExist}]} | true",
            })
    void allTermsMustHold(String selector, boolean matches) {
        assertThat(
                        Selector.labels(Yaml.parse("selector", selector))
                                .matches(Map.of("app", "a", "version", "v1")))
                .isEqualTo(matches);
    }
}
