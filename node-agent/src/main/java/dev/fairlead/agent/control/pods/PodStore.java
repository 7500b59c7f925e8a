package dev.fairlead.agent.control.pods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's pods on disk, {@code pods.json}: what an agent that starts again must take up. The
 * file is replaced whole, so a reader finds the old or the new one.
 *
 * <p>Thread: any, one writer at a time.
 */
final class PodStore {

    private static final Logger log = LoggerFactory.getLogger(PodStore.class);
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    /**
     * A pod and whether it is on its way out.
     *
     * @param leaving it is to be un-enrolled, or its un-enrolment to be reported
     */
    record Entry(LocalPod pod, boolean leaving) {}

    /** An entry in JSON's types. */
    private record Line(
            String uid,
            String namespace,
            String name,
            String identity,
            String netns,
            List<String> addresses,
            List<Integer> excludedInboundPorts,
            List<Integer> excludedOutboundPorts,
            List<String> excludedOutboundCidrs,
            boolean leaving) {

        static Line of(Entry entry) {
            var pod = entry.pod();
            return new Line(
                    pod.uid(),
                    pod.namespace(),
                    pod.name(),
                    pod.identity().uri(),
                    pod.netns().toString(),
                    pod.addresses().stream().map(InetAddress::getHostAddress).toList(),
                    pod.exclusions().inboundPorts(),
                    pod.exclusions().outboundPorts(),
                    pod.exclusions().outboundCidrs(),
                    entry.leaving());
        }

        Entry entry() {
            return new Entry(
                    new LocalPod(
                            uid,
                            namespace,
                            name,
                            SpiffeId.parse(identity),
                            Path.of(netns),
                            addresses.stream().map(InetAddress::ofLiteral).toList(),
                            new CaptureExclusions(
                                    excludedInboundPorts,
                                    excludedOutboundPorts,
                                    excludedOutboundCidrs)),
                    leaving);
        }
    }

    /**
     * All of them.
     *
     * @param boot which start of the machine they ran under; no namespace outlives it
     */
    private record Content(List<Line> pods, @Nullable String boot) {}

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path file;
    private final String boot;
    private final Map<String, Entry> entries = new TreeMap<>();

    PodStore(Path stateDir) {
        this(stateDir, bootOfThisMachine());
    }

    PodStore(Path stateDir, String boot) {
        this.file = stateDir.resolve("pods.json");
        this.boot = boot;
    }

    private static String bootOfThisMachine() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * What was left by the last process under this start of the machine. A file that cannot be read
     * is set aside and told of: the pods must be added anew.
     */
    synchronized List<Entry> load() {
        try {
            var content = JSON.readValue(Files.readString(file), Content.class);
            if (content.boot() != null && !content.boot().equals(boot)) {
                log.info(
                        "pods forgotten pods={} reason=\"the machine was started anew\"",
                        content.pods().size());
                return List.of();
            }
            for (var line : content.pods()) {
                entries.put(line.uid(), line.entry());
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (JsonProcessingException | RuntimeException e) {
            log.warn("pods file is damaged file={} error=\"{}\"", file, e.getMessage());
            entries.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
        return List.copyOf(entries.values());
    }

    synchronized void put(LocalPod pod, boolean leaving) {
        var entry = new Entry(pod, leaving);
        if (!entry.equals(entries.put(pod.uid(), entry))) {
            write();
        }
    }

    synchronized void remove(String uid) {
        if (entries.remove(uid) != null) {
            write();
        }
    }

    /** Removes it unless it was added again meanwhile. */
    synchronized void removeLeaving(String uid) {
        var entry = entries.get(uid);
        if (entry != null && entry.leaving()) {
            remove(uid);
        }
    }

    private void write() {
        var lines = new ArrayList<Line>();
        entries.values().forEach(entry -> lines.add(Line.of(entry)));
        var fresh = file.resolveSibling("pods.json.new");
        try {
            Files.writeString(fresh, JSON.writeValueAsString(new Content(lines, boot)));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // The pods are served all the same; only a restart would miss them.
            log.warn("pods file cannot be written file={} error=\"{}\"", file, e.toString());
        }
    }
}
