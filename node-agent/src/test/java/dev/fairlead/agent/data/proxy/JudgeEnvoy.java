package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A real Envoy, of {@code FAIRLEAD_ENVOY}, whose listeners take whatever ports there are. */
final class JudgeEnvoy implements AutoCloseable {

    /** As a port in a bootstrap: any. */
    static final int ANY_PORT = 0;

    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Process process;
    private final Path adminAddress;
    private final Path log;
    private final long end = System.nanoTime() + PATIENCE_NANOS;
    private Map<String, Integer> ports = Map.of();

    /**
     * @param folder for its files
     * @param resources of its bootstrap, {@code static_resources} as JSON
     */
    JudgeEnvoy(Path folder, String resources) throws IOException {
        Path config = folder.resolve("envoy.json");
        adminAddress = folder.resolve("admin");
        log = folder.resolve("envoy.log");
        Files.writeString(
                config,
                """
                {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
                 "static_resources": %s}
                """
                        .formatted(resources));
        process =
                new ProcessBuilder(
                                path(),
                                "-c",
                                config.toString(),
                                "-l",
                                "warning",
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--admin-address-path",
                                adminAddress.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
    }

    /** Skips the test where there is no Envoy. */
    static void require(Class<?> test) {
        if (path().isEmpty()) {
            System.err.println("SKIPPED " + test.getSimpleName() + ": FAIRLEAD_ENVOY is not set");
        }
        assumeTrue(!path().isEmpty(), "FAIRLEAD_ENVOY is not set");
    }

    private static String path() {
        return System.getenv().getOrDefault("FAIRLEAD_ENVOY", "");
    }

    /** A connection to the listener of that name, once it listens. */
    Socket connect(String listener) throws Exception {
        while (true) {
            Integer port = ports.get(listener);
            try {
                if (port != null) {
                    return new Socket(InetAddress.getLoopbackAddress(), port);
                }
                ports = listeners();
            } catch (IOException e) {
                ports = Map.of(); // not yet
            }
            if (!ports.containsKey(listener)) {
                assertThat(process.isAlive() && System.nanoTime() < end)
                        .as("Envoy listens: %s", Files.readString(log))
                        .isTrue();
                Thread.sleep(20);
            }
        }
    }

    /** Those that have a port by now. */
    private Map<String, Integer> listeners() throws IOException {
        String admin = Files.exists(adminAddress) ? Files.readString(adminAddress).strip() : "";
        if (admin.isEmpty()) {
            throw new IOException("no admin page yet");
        }
        Map<String, Integer> found = new HashMap<>();
        try (var page = URI.create("http://" + admin + "/listeners").toURL().openStream()) {
            for (String line :
                    new String(page.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                int name = line.indexOf("::"); // "name::127.0.0.1:port"
                int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
                if (name > 0 && port != ANY_PORT) {
                    found.put(line.substring(0, name), port);
                }
            }
        } catch (NumberFormatException e) {
            throw new IOException("no listeners yet", e);
        }
        return found;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
