package dev.fairlead.e2e.kube;

import dev.fairlead.e2e.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What crosses the network between two nodes while the pods of bookinfo call each other. */
final class Wire {

    private static final String LINE = "GET /reviews/0?seen";
    private static final byte[] RECORD = {0x17, 0x03, 0x03}; // TLS application data

    /** What a packet capture of node-1's interface held. */
    record Seen(int plainHttp, int tlsRecords) {}

    private Wire() {}

    /** Captures on node-1 until calls from {@code sleep} have reached every replica of reviews. */
    static Seen between(Kube kube) {
        Path file = Launcher.ROOT.resolve("target/kube-wire.pcap");
        kube.shell(
                        """
                        set -e
                        kubectl scale deploy/details-v1 --replicas=4 # so that some are on either node
                        kubectl rollout status deploy/details-v1 --timeout=60s
                        rm -f %1$s
                        ./fairlead kube --name %2$s exec --net node-1 timeout 30 tcpdump -i eth0 -U -s 0 -w %1$s 'tcp port 9080' &
                        for i in $(seq 100); do [ -s %1$s ] && break; sleep 0.1; done
                        for host in reviews details productpage; do
                          kubectl exec deploy/sleep -- curl -sS -o /dev/null "http://$host:9080/reviews/0?seen=[1-30]"
                        done
                        kill %%1; wait || true
                        """
                                .formatted(file, kube.name()))
                .ok();
        try {
            byte[] bytes = Files.readAllBytes(file);
            return new Seen(
                    count(bytes, LINE.getBytes(StandardCharsets.US_ASCII)), count(bytes, RECORD));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int count(byte[] in, byte[] what) {
        int count = 0;
        for (int i = 0; i + what.length <= in.length; i++) {
            int j = 0;
            while (j < what.length && in[i + j] == what[j]) {
                j++;
            }
            if (j == what.length) {
                count++;
            }
        }
        return count;
    }
}
