package dev.fairlead.pilot.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which VirtualService governs which host, for whom. The facts are those of Istio's simulation of a
 * sidecar's routes: Services known, alt (of namespace default) and far (of namespace far), each
 * with ports 80 and 8080. A rule is {@code namespace host > destination}, older ones first; {@code
 * imports} are a Sidecar's.
 */
class VirtualHostsTest {

    private static final String DOMAIN = ".svc.cluster.local";

    private static final String SERVICES =
            service("known", "default", "198.19.0.1")
                    + service("alt", "default", "198.19.0.2")
                    + service("far", "far", "198.19.0.3")
                    + pod("default")
                    + pod("far");

    private static String service(String name, String namespace, String address) {
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: %s}
        spec: {clusterIP: %s, ports: [{name: http, port: 80}, {name: http-2, port: 8080}]}
        """
                .formatted(name, namespace, address);
    }

    private static String pod(String namespace) {
        return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client, namespace: %1$s, uid: uid-%1$s}
        spec: {nodeName: node-1}
        status: {phase: Running, podIP: 198.18.1.1, podIPs: [{ip: 198.18.1.1}]}
        """
                .formatted(namespace);
    }

    private static String rules(String rules) {
        var yaml = new StringBuilder();
        int day = 1;
        for (String rule : rules.isEmpty() ? new String[0] : rules.split("; ")) {
            String[] words = rule.split(" ");
            yaml.append(
                    """
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: VirtualService
                    metadata: {name: r%1$d, namespace: %2$s, creationTimestamp: "2026-01-0%1$dT00:00:00Z"}
                    spec: {hosts: [%3$s], http: [{route: [{destination: {host: %4$s}}]}]}
                    """
                            .formatted(
                                    day++,
                                    words[0],
                                    "\"" + full(words[1]).replace(",", "\", \"") + "\"",
                                    full(words[3])));
        }
        return yaml.toString();
    }

    /** {@code known.default} stands for its full name. */
    private static String full(String text) {
        return String.join(
                ",",
                Arrays.stream(text.split(","))
                        .map(host ->
                                host.matches("(known|alt|foo|\\*|explicit)\\.default|far\\.far")
                                        ? host + DOMAIN
                                        : host)
                        .toList());
    }

    private static String sidecar(String namespace, String imports) {
        if (imports.isEmpty()) {
            return "";
        }
        String hosts =
                String.join(
                        ", ",
                        Arrays.stream(imports.split(" "))
                                .map(host -> {
                                    int slash = host.indexOf('/');
                                    return "\""
                                            + host.substring(0, slash + 1)
                                            + full(host.substring(slash + 1))
                                            + "\"";
                                })
                                .toList());
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: default, namespace: %s}
        spec: {egress: [{hosts: [%s]}]}
        """
                .formatted(namespace, hosts);
    }

    /** Where each first domain of a port leads, as clients of a namespace see it. */
    private static Map<String, String> hosts(
            String rules, String client, String imports, int port) {
        MeshView mesh =
                MeshCompiler.compile(
                        TestStates.of(SERVICES + rules(rules) + sidecar(client, imports)));
        Map<String, String> hosts = new HashMap<>();
        for (RouteTable table : Objects.requireNonNull(mesh.scopes().get(client)).routes()) {
            if (table.name().startsWith("outbound|" + port + "|")) {
                for (RouteTable.VirtualHost host : table.hosts()) {
                    List<RouteTable.Destination> targets = host.routes().getFirst().targets();
                    hosts.put(host.domains().getFirst(), targets.getFirst().cluster());
                }
            }
        }
        return hosts;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            value = {
                "default known.default > alt.default|default|''|80|known.default=80:alt.default",
                "default known.default > alt.default|default|''|8080|known.default=8080:alt.default",
                // what is no Service has a host on port 80 only
                "default foo.default > foo.default|default|''|80|foo.default=80:foo.default",
                "default foo.default > foo.default|default|''|8080|foo.default=",
                // whoever owns the rule: producer, consumer, anybody
                "default known.default > alt.default|far|''|80|known.default=80:alt.default",
                "far known.default > alt.default|far|''|8080|known.default=8080:alt.default",
                "arbitrary known.default > alt.default|far|''|80|known.default=80:alt.default",
                "arbitrary known.default > a.com; default known.default > b.com; far known.default >"
                        + " c.com|far|''|80|known.default=80:a.com",
                "arbitrary known.default > a.com; default known.default > b.com; far known.default >"
                        + " c.com|far|''|8080|known.default=8080:a.com",
                "default known.default > old.com; default known.default > new.com|default|''|80|known.default=80:old.com",
                // wildcards: as a host of their own only where they take no Service
                "default *.unknown.com > a.com|default|''|80|known.default=80:known.default"
                        + " alt.default=80:alt.default *.unknown.com=80:a.com",
                "default *.cluster.local > a.com|default|*/*.cluster.local|80|known.default=80:a.com"
                        + " alt.default=80:a.com *.cluster.local=",
                "default *.cluster.local > wild.com; default known.default >"
                        + " exact.com|default|''|80|known.default=80:exact.com alt.default=80:wild.com"
                        + " *.cluster.local=",
                "default known.default > exact.com; default *.cluster.local >"
                        + " wild.com|default|''|80|known.default=80:exact.com alt.default=80:wild.com"
                        + " *.cluster.local=",
                "default *.cluster.local > wild.com; default known.default >"
                        + " exact.com|default|default/known.default"
                        + " default/alt.default|80|known.default=80:exact.com alt.default=80:wild.com"
                        + " *.cluster.local=",
                "far *.cluster.local > wild.com; default known.default >"
                        + " exact.com|default|default/known.default"
                        + " default/alt.default|80|known.default=80:exact.com"
                        + " alt.default=80:alt.default *.cluster.local=",
                "far *.cluster.local > wild.com; default known.default >"
                        + " exact.com|default|''|80|known.default=80:exact.com alt.default=80:wild.com",
                "default *.tld > wild.com; default example.tld >"
                        + " exact.com|default|''|80|*.tld=80:wild.com example.tld=80:exact.com",
                "default arbitrary.svc.cluster.local >"
                        + " arbitrary.svc.cluster.local|default|*/*.cluster.local|80|arbitrary.svc.cluster.local=80:arbitrary.svc.cluster.local",
                "default *.cluster.local >"
                        + " a.com|default|*/known.default|80|known.default=80:a.com *.cluster.local=",
                // what a Sidecar imports
                "default *.example.org > a.com|default|*/explicit.example.org"
                        + " */alt.default|80|known.default= alt.default=80:alt.default"
                        + " *.example.org=80:a.com",
                "far *.default > a.com; default explicit.default >"
                        + " explicit.default|far|far/*.default far/far.far|80|*.default=80:a.com"
                        + " explicit.default= far.far=80:far.far",
                "default foo.default > a.com|default|*/foo.default|80|foo.default=",
                "default known.default,alt.default >"
                        + " a.com|default|*/known.default|80|known.default=80:a.com alt.default=80:a.com",
                // beside a Service, on its port, too
                "default known.default,b.com > a.com|default|''|8080|known.default=8080:a.com"
                        + " b.com=8080:a.com"
            })
    void hostsLeadWhereIstioLeadsThem(
            String rules, String client, String imports, int port, String expected) {
        Map<String, String> hosts = hosts(rules, client, imports, port);
        for (String fact : expected.split(" ")) {
            String host = full(fact.substring(0, fact.indexOf('=')));
            String target = fact.substring(fact.indexOf('=') + 1);
            String cluster =
                    target.isEmpty()
                            ? null
                            : "outbound|"
                                    + target.replace(":", "||")
                                            .replace(
                                                    target.substring(target.indexOf(':') + 1),
                                                    full(
                                                            target.substring(
                                                                    target.indexOf(':') + 1)));
            assertThat(hosts.get(host)).as(host + " of " + hosts).isEqualTo(cluster);
        }
    }
}
