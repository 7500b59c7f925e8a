package dev.fairlead.agent.data.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNameTest {

    @ParameterizedTest
    @CsvSource({
        "outbound|80|v1|a.b.svc.cluster.local, a.b.svc.cluster.local, a, b",
        "outbound|80||a.b.svc.example, a.b.svc.example, a, b",
        "PassthroughCluster, PassthroughCluster, PassthroughCluster, unknown",
        "outbound|443||www.example.com, www.example.com, www.example.com, unknown",
        "inbound|80||, unknown, '', unknown",
        "outbound|80||a.svc.cluster.local, a.svc.cluster.local, a.svc.cluster.local, unknown",
    })
    void isReadFromTheClustersName(String cluster, String host, String name, String namespace) {
        assertThat(ServiceName.ofCluster(cluster))
                .isEqualTo(new ServiceName(host, name, namespace));
    }
}
