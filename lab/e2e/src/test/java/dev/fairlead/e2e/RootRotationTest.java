package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh's root is replaced twice under load, with certificates that live seconds. */
@Tag("lab")
@Tag("long")
class RootRotationTest {

    private static final String LIFETIME = SteadyLoad.SOAK ? "PT60S" : "PT8S";
    private static final int PER_SECOND = SteadyLoad.SOAK ? 500 : 200;
    private static final int ROOTS = 2;

    @TempDir static Path folder;

    @Test
    void noRequestIsLostWhileTwoRootsFollowOneAnother() throws Exception {
        try (Lab lab = Lab.up("--ca-lifetime", LIFETIME)) {
            Fleet fleet = Fleet.in(lab, "roots");
            try (SteadyLoad load =
                    SteadyLoad.on(
                            lab,
                            fleet.namespace(),
                            "client",
                            Fleet.URL,
                            PER_SECOND,
                            SteadyLoad.quickOrLong(1, 300))) {
                for (int number = 1; number <= ROOTS; number++) {
                    String root = replaceRoot(lab, "root-" + number);
                    awaitOnly(lab, root);
                }
                SteadyLoad.Outcome outcome = load.stop().lostNothing();
                assertThat(outcome.answeredBy("shop-v1-2")).as("across nodes").isPositive();
            }
            assertThat(rootsOf(lab.folder().resolve("root-cert.pem"))).hasSize(1);
        }
    }

    /** Until every pod's certificate is of that root and no other is trusted; none is stale. */
    private static void awaitOnly(Lab lab, String serial) {
        List<String> stale = new ArrayList<>();
        long deadline = System.nanoTime() + (SteadyLoad.SOAK ? 400 : 120) * 1_000_000_000L;
        while (!onlyOf(lab, serial, stale)) {
            assertThat(System.nanoTime()).as("in time: only " + serial).isLessThan(deadline);
        }
        assertThat(stale).as("certificates in use after their end").isEmpty();
    }

    private static boolean onlyOf(Lab lab, String serial, List<String> stale) {
        boolean only = true;
        for (String node : new String[] {"node-1", "node-2"}) {
            String page = lab.node(node, "curl", "-s", "http://127.0.0.1:15000/certs").ok();
            JsonNode all = Curl.json(page).get("certificates");
            assertThat(all).as("certificates of %s", node).isNotEmpty();
            for (JsonNode each : all) {
                JsonNode trusted = each.get("ca_cert");
                only &= trusted.size() == 1;
                only &= trusted.at("/0/serial_number").asText().equalsIgnoreCase(serial);
                JsonNode own = each.at("/cert_chain/0");
                if (Instant.parse(own.get("expiration_time").asText()).isBefore(Instant.now())) {
                    stale.add(node + " " + own);
                }
            }
        }
        return only;
    }

    /** Puts a new root into ca's folder, as a user would; its serial number. */
    private static String replaceRoot(Lab lab, String name) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        Path key = made.resolve("ca-key.pem");
        Path certificate = made.resolve("ca-cert.pem");
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN="
                        + (name + " -keyout " + key + " -out " + certificate)
                        + " -addext basicConstraints=critical,CA:TRUE"
                        + " -addext keyUsage=critical,keyCertSign,cRLSign");
        Path ca = lab.folder().resolve("ca");
        for (String part : new String[] {"root-cert.pem", "ca-cert.pem", "ca-key.pem"}) {
            Path from = part.equals("ca-key.pem") ? key : certificate;
            Path beside = Files.copy(from, ca.resolve("." + part));
            Files.setPosixFilePermissions(
                    beside, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.move(beside, ca.resolve(part), StandardCopyOption.ATOMIC_MOVE);
        }
        String serial = openssl("x509 -noout -serial -in " + certificate);
        return new BigInteger(serial.strip().substring("serial=".length()), 16).toString(16);
    }

    private static List<String> rootsOf(Path bundle) throws IOException {
        return Files.readAllLines(bundle).stream().filter(l -> l.contains("BEGIN CERT")).toList();
    }

    private static String openssl(String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes());
        try {
            assertThat(process.waitFor()).as(out).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return out;
    }
}
