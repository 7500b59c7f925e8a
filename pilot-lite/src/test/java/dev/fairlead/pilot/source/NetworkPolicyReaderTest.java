package dev.fairlead.pilot.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkPolicyReaderTest {

    private static final ObjectKey KEY =
            new ObjectKey("networking.k8s.io", "NetworkPolicy", "default", "deny");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | true",
                "{matchLabels: {app: web}} | true",
                "{matchLabels: {app: api}} | false",
                "{matchExpressions: [{key: app, operator: In, values: [web, api]}]} | true",
                "{matchExpressions: [{key: app, operator: NotIn, values: [web]}]} | false",
                "{matchExpressions: [{key: tier, operator: Exists}]} | false",
                "{matchExpressions: [{key: tier, operator: DoesNotExist}]} | true",
                "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: Exists}]} | false"
            })
    void selectsAsKubernetesDoes(String selector, boolean selects) throws Exception {
        NetworkPolicy policy =
                KubernetesReader.networkPolicy(
                        KEY, new YAMLMapper().readTree("spec: {podSelector: " + selector + "}"));
        assertThat(policy.namespace()).isEqualTo("default");
        assertThat(policy.pods().matches(Map.of("app", "web"))).isEqualTo(selects);
    }
}
