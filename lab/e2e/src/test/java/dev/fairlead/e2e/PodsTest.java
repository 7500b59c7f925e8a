package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain pods: what they see, what they reach, and how they are kept running. */
@Tag("lab")
class PodsTest {

    private static final String CLUSTER =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: words}
            data: {greeting: hello, server.py: "import http.server,socket\\nclass H(http.server.BaseHTTPRequestHandler):\\n  def do_GET(s):\\n    b=(socket.gethostname()+' '+s.client_address[0]+'\\\\n').encode(); s.send_response(200); s.send_header('Content-Length',str(len(b))); s.end_headers(); s.wfile.write(b)\\n  def log_message(s,*a): pass\\nhttp.server.ThreadingHTTPServer(('',8080),H).serve_forever()\\n"}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys}
            stringData: {password: s3cret}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              selector: {app: web}
              ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web-all}
            spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 8080}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: web
                    image: none
                    command: [python3, /etc/words/server.py]
                    ports: [{name: http, containerPort: 8080}]
                    readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
                    env:
                    - {name: GREETING, valueFrom: {configMapKeyRef: {name: words, key: greeting}}}
                    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: password}}}
                    volumeMounts:
                    - {name: words, mountPath: /etc/words}
                    - {name: scratch, mountPath: /var/scratch}
                  volumes:
                  - {name: words, configMap: {name: words}}
                  - {name: scratch, emptyDir: {}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              nodeName: node-1
              terminationGracePeriodSeconds: 1
              containers: [{name: c, image: none, command: [sleep, "3600"]}]
            """;

    private static Lab lab;

    @BeforeAll
    static void up() {
        lab = Lab.up("--plain");
        lab.apply(CLUSTER);
    }

    @AfterAll
    static void down() {
        lab.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://web/",
                "http://web.default/",
                "http://web.default.svc.cluster.local/",
                "http://198.18.1.1:30080/",
                "http://198.18.2.1:30080/",
                "http://web-all:8080/"
            })
    void reachesAServiceByEveryName(String url) {
        assertThat(lab.statusOf("client", url)).isEqualTo("200");
    }

    @Test
    void spreadsAServiceOverBothNodes() {
        String answers =
                lab.sh("client", "for i in $(seq 40); do curl -s -m 5 http://web/; done").ok();
        assertThat(answers.lines().map(line -> line.split(" ", -1)[0]).distinct()).hasSize(2);
        assertThat(lab.run("get", "pods", "-o", "wide").ok()).contains("node-1", "node-2");
    }

    @Test
    void callerKeepsItsOwnAddress() {
        String own = lab.sh("client", "hostname -i").ok();
        assertThat(lab.exec("client", "curl", "-s", "http://web/").ok()).endsWith(" " + own);
    }

    @Test
    void resolvesAHeadlessServiceToItsPods() {
        String addresses = lab.exec("client", "getent", "ahostsv4", "web-all").ok();
        assertThat(addresses.lines().map(line -> line.split(" ", -1)[0]).distinct()).hasSize(2);
    }

    @Test
    void resolvesNothingElse() {
        assertThat(lab.exec("client", "getent", "hosts", "nosuch").status()).isEqualTo(2);
        assertThat(lab.exec("client", "getent", "hosts", "example.com").status()).isEqualTo(2);
        assertThat(
                        lab.sh("client", "ip route get 1.1.1.1 && curl -s -m 2 http://1.1.1.1/")
                                .status())
                .isNotZero();
    }

    @Test
    void hasItsConfigurationAsEnvironmentAndFiles() {
        assertThat(lab.sh("deploy/web", "echo $GREETING $PASSWORD; cat /etc/words/greeting").ok())
                .isEqualTo("hello s3cret\nhello");
        assertThat(lab.sh("deploy/web", "echo x >/var/scratch/x && cat /var/scratch/x").ok())
                .isEqualTo("x");
        assertThat(lab.sh("deploy/web", "echo x >/etc/words/greeting").status()).isNotZero();
    }

    @Test
    void seesNothingOfTheLabAndNothingOfOthers() {
        String state = lab.folder().toString();
        assertThat(lab.sh("client", "ls " + state).status()).isNotZero();
        assertThat(lab.sh("client", "find /.old /.pod /run/fairlead -mindepth 1").out()).isEmpty();
        assertThat(lab.sh("client", "cat /proc/*/cmdline | tr '\\0' ' '").ok())
                .doesNotContain("fairlead", "java");
        assertThat(lab.sh("client", "find / -xdev -name token -path '*node-*' 2>/dev/null").out())
                .isEmpty();
        assertThat(
                        lab.sh("client", "grep -E 'labs|fairlead/(lab|pods)' /proc/self/mountinfo")
                                .out())
                .doesNotContain(state + "/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "umount -l /tmp",
                "umount -l /etc/hosts",
                "mount -o remount,rw /",
                "mount -t tmpfs x /mnt",
                "mount --bind / /mnt",
                "touch /etc/new",
                "touch /usr/new",
                "ip link set eth0 down",
                "ip addr add 198.18.1.99/32 dev eth0",
                "iptables -t nat -F",
                "mknod /tmp/disk b 254 0 && head -c1 /tmp/disk",
                "nsenter -t 1 -n true && nsenter --net=/proc/1/ns/net ip link set eth0 down",
                "echo 1 >/proc/sys/net/ipv4/ip_forward",
                "unshare -Urm sh -c 'umount -l /tmp || mount -o remount,rw /usr'"
            })
    void cannotUndoItsSurroundings(String attempt) {
        assertThat(lab.sh("client", attempt).status()).isNotZero();
    }

    /** A new user namespace gives the right to mount, but not to uncover what was there before. */
    @Test
    void findsNoMoreInAUserNamespaceOfItsOwn() {
        String script =
                "unshare -Urm sh -c 'mkdir /tmp/m; mount --bind / /tmp/m; mount --rbind / /tmp/m;"
                        + " ls /tmp/m"
                        + lab.folder()
                        + " /tmp/m/.old /tmp/m/run/fairlead'";
        assertThat(lab.sh("client", script).out()).doesNotContain("token", "nodes", "pods");
    }

    @Test
    void isStartedAgainWhenItEnds() {
        lab.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: unsteady}
                spec:
                  containers: [{name: c, image: none, command: [sh, -c, "echo run; sleep 0.2; exit 3"]}]
                """);
        Lab.await("CrashLoopBackOff", () -> row("unsteady").contains("CrashLoopBackOff"));
        assertThat(lab.run("logs", "unsteady").ok().lines().toList())
                .hasSizeGreaterThanOrEqualTo(2)
                .containsOnly("run");
        lab.delete("{apiVersion: v1, kind: Pod, metadata: {name: unsteady}}");
        assertThat(row("unsteady")).isEmpty();
    }

    @Test
    void isTakenOutOfItsServiceWhileNotReady() {
        lab.apply(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: moody}
                spec: {clusterIP: None, selector: {app: moody}, ports: [{port: 8080}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: moody, labels: {app: moody}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: c
                    image: none
                    command: [sh, -c, "touch /tmp/well; sleep 3600"]
                    readinessProbe:
                      exec: {command: [test, -e, /tmp/well]}
                      periodSeconds: 1
                      failureThreshold: 1
                """);
        assertThat(lab.exec("client", "getent", "hosts", "moody").status()).isZero();
        lab.sh("moody", "rm /tmp/well").ok();
        Lab.await("not ready", () -> row("moody").contains("0/1"));
        assertThat(lab.exec("client", "getent", "hosts", "moody").status()).isEqualTo(2);
        lab.sh("moody", "touch /tmp/well").ok();
        Lab.await("ready again", () -> row("moody").contains("1/1"));
    }

    @Test
    void livenessProbeHasItStartedAgain() {
        lab.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: stuck}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: c
                    image: none
                    command: [sh, -c, "touch /tmp/well; sleep 3600"]
                    livenessProbe:
                      exec: {command: [test, -e, /tmp/well]}
                      periodSeconds: 1
                      failureThreshold: 1
                """);
        int before = restarts("stuck"); // one, where it was asked before the file was there
        lab.sh("stuck", "rm /tmp/well").ok();
        Lab.await("restarted", () -> restarts("stuck") > before);
    }

    private static int restarts(String pod) {
        return Integer.parseInt(row(pod).split(" +", -1)[3]);
    }

    @Test
    void unknownImageWithoutCommandIsAnError() {
        var result =
                lab.tryApply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: nothing}
                        spec: {containers: [{name: c, image: example.com/nosuch}]}
                        """);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("nothing", "c", "example.com/nosuch");
        lab.delete("{apiVersion: v1, kind: Pod, metadata: {name: nothing}}");
    }

    @Test
    void whatTheLabDoesNotDoIsNamed() {
        var result =
                lab.tryApply(
                        """
                        apiVersion: networking.k8s.io/v1
                        kind: NetworkPolicy
                        metadata: {name: deny}
                        spec: {podSelector: {}}
                        """);
        assertThat(result.err()).contains("warning").contains("NetworkPolicy");
    }

    @Test
    void applyTwiceChangesNothing() {
        List<String> verbs =
                lab.apply(CLUSTER)
                        .lines()
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList();
        assertThat(verbs).hasSize(6).containsOnly("unchanged");
    }

    private static String row(String pod) {
        return lab.run("get", "pods")
                .ok()
                .lines()
                .filter(line -> line.startsWith(pod + " "))
                .findFirst()
                .orElse("");
    }
}
