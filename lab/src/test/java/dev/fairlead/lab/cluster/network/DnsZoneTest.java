package dev.fairlead.lab.cluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.LabFixture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsZoneTest {

    private static DnsZone zone = zone(new LabFixture());

    @BeforeAll
    static void fill() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                """
                                {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 198.19.0.10, ports: [{port: 80}]}}
                                ---
                                {apiVersion: v1, kind: Service, metadata: {name: ext}, spec: {type: ExternalName, externalName: example.com}}
                                ---
                                {apiVersion: v1, kind: Service, metadata: {name: head}, spec: {clusterIP: None, selector: {app: a}}}
                                ---
                                {apiVersion: v1, kind: Service, metadata: {name: empty}, spec: {clusterIP: None, selector: {app: none}}}
                                ---
                                {apiVersion: v1, kind: Pod, metadata: {name: one, labels: {app: a}}, spec: {nodeName: node-1, subdomain: head, containers: [{name: c, image: x, command: [y]}]}}
                                ---
                                {apiVersion: v1, kind: Pod, metadata: {name: two, labels: {app: a}}, spec: {nodeName: node-1, containers: [{name: c, image: x, command: [y]}]}}
                                """)
                        .settle();
        zone = zone(lab);
    }

    private static DnsZone zone(LabFixture lab) {
        return DnsZone.of(lab.applied(), Endpoints.slices(lab.applied(), lab.pods), lab.pods);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kubernetes.default.svc.cluster.local | Addresses[ips=[198.19.0.1]]",
                "web.default.svc.cluster.local | Addresses[ips=[198.19.0.10]]",
                "WEB.Default.svc.cluster.local. | Addresses[ips=[198.19.0.10]]",
                "head.default.svc.cluster.local | Addresses[ips=[198.18.1.10, 198.18.1.11]]",
                "one.head.default.svc.cluster.local | Addresses[ips=[198.18.1.10]]",
                "198-18-1-11.head.default.svc.cluster.local | Addresses[ips=[198.18.1.11]]",
                "198-18-1-10.default.pod.cluster.local | Addresses[ips=[198.18.1.10]]",
                "198-18-1-99.default.pod.cluster.local | NoSuchName[]",
                "two.head.default.svc.cluster.local | NoSuchName[]",
                "empty.default.svc.cluster.local | NoData[]",
                "default.svc.cluster.local | NoData[]",
                "cluster.local | NoData[]",
                "ext.default.svc.cluster.local | Alias[target=example.com]",
                "web.svc.cluster.local | NoSuchName[]",
                "web | NotOurs[]",
                "web.default | NotOurs[]",
                "notcluster.local | NotOurs[]",
            })
    void aNameStandsFor(String name, String answer) {
        assertThat(zone.a(name)).hasToString(answer.strip());
    }

    @Test
    void otherTypesSayOnlyWhetherTheNameIsThere() {
        assertThat(zone.other("web.default.svc.cluster.local")).isEqualTo(new DnsZone.NoData());
        assertThat(zone.other("nix.default.svc.cluster.local")).isEqualTo(new DnsZone.NoSuchName());
    }
}
