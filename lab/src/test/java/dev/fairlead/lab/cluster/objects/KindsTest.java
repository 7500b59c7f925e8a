package dev.fairlead.lab.cluster.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.directory.ObjectKey;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindsTest {

    @ParameterizedTest
    @CsvSource({
        "po, Pod",
        "pods, Pod",
        "pod, Pod",
        "Pod, Pod",
        "svc, Service",
        "no, Node",
        "ns, Namespace",
        "deploy, Deployment",
        "deployments.apps, Deployment",
        "vs, VirtualService",
        "virtualservices.networking.istio.io, VirtualService",
        "dr, DestinationRule",
        "cm, ConfigMap",
        "sa, ServiceAccount",
        "ep, Endpoints",
        "endpointslices, EndpointSlice",
    })
    void aKindAnswersToAllItsNames(String word, String kind) {
        assertThat(Kinds.find(word, Set.of())).map(Kind::kind).contains(kind);
    }

    @Test
    void aKindOfTheUsersOwnIsFoundByRule() {
        Set<ObjectKey> present = Set.of(new ObjectKey("example.com", "TeaParty", "a", "b"));
        assertThat(Kinds.find("teaparties", present)).map(Kind::kind).contains("TeaParty");
        assertThat(Kinds.find("teaparty", Set.of())).isEmpty();
    }
}
