package dev.fairlead.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures how long a change takes from the API server's answer to all simulated agents.
 *
 * <p>{@code make} fills the API server; {@code tokens FOLDER} makes tokens of agents and of
 * pilot-lite and ca; {@code run FOLDER PILOT-PID} measures and prints one line.
 */
public final class ControlBench {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SYSTEM = "fairlead-system";
    private static final long PATIENCE_SECONDS = 120;
    private static final int TICKS_PER_SECOND = 100; // of /proc/PID/stat

    private final ApiWriter api;
    private final LargeCluster cluster;
    private final int agents;
    private final int changes;

    private ControlBench(ApiWriter api) {
        this.api = api;
        int services = number("FAIRLEAD_BENCH_SERVICES", 1000);
        cluster = new LargeCluster(api, services, number("FAIRLEAD_BENCH_ENDPOINTS", 20));
        agents = Math.min(number("FAIRLEAD_BENCH_AGENTS", 50), cluster.nodes());
        changes = Math.min(number("FAIRLEAD_BENCH_CHANGES", 100), services / 2);
    }

    private static int number(String name, int otherwise) {
        return Integer.parseInt(System.getenv().getOrDefault(name, Integer.toString(otherwise)));
    }

    public static void main(String[] args) throws Exception {
        try (var client = KubernetesApi.client("fairlead-bench")) {
            var bench = new ControlBench(new ApiWriter(client));
            switch (args[0]) {
                case "make" -> bench.cluster.make();
                case "tokens" -> bench.tokens(Path.of(args[1]));
                case "run" -> bench.run(Path.of(args[1]), Long.parseLong(args[2]));
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
        System.exit(0);
    }

    private void tokens(Path folder) throws IOException {
        for (String account : List.of("fairlead-agent", "fairlead-pilot", "fairlead-ca")) {
            create(
                    "/api/v1/namespaces/" + SYSTEM + "/serviceaccounts",
                    "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'%s'}}"
                            .formatted(account));
        }
        token(folder.resolve("pilot"), "fairlead-pilot", "{}");
        for (int i = 0; i < agents; i++) {
            String name = "agent-" + i;
            JsonNode pod =
                    create(
                            "/api/v1/namespaces/" + SYSTEM + "/pods",
                            """
                            {'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s'},'spec':{'nodeName':'node-%d',
                            'serviceAccountName':'fairlead-agent','hostNetwork':true,'automountServiceAccountToken':false,
                            'containers':[{'name':'agent','image':'agent'}]}}
                            """
                                    .formatted(name, i * cluster.nodes() / agents));
            token(
                    folder.resolve(name),
                    "fairlead-agent",
                    "{'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'%s','uid':'%s'}}"
                            .formatted(name, pod.path("metadata").path("uid").asText()));
        }
    }

    private void token(Path file, String account, String bound) throws IOException {
        var spec = (com.fasterxml.jackson.databind.node.ObjectNode) json(bound);
        spec.putArray("audiences").add("fairlead");
        spec.put("expirationSeconds", 7200);
        JsonNode answer =
                create(
                        "/api/v1/namespaces/" + SYSTEM + "/serviceaccounts/" + account + "/token",
                        JSON.createObjectNode().set("spec", spec).toString());
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, answer.path("status").path("token").asText());
    }

    private JsonNode create(String path, String text) throws IOException {
        return LargeCluster.check(api.create(path, json(text))).body();
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private void run(Path folder, long pilot) throws Exception {
        var connections = new Connections(folder);
        List<SimulatedAgent> all = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < agents; i++) {
            all.add(connections.agent(folder.resolve("agent-" + i)));
        }
        awaitComplete(all);
        System.err.printf(
                "agents complete seconds=%.1f megabytes=%d%n",
                (System.nanoTime() - began) / 1e9,
                all.stream().mapToLong(SimulatedAgent::bytes).sum() >> 20);
        change(all, 0); // the first finds code cold that later ones do not
        change(all, 0);
        long ticks = ticks(pilot);
        double[] first = new double[changes];
        double[] last = new double[changes];
        for (int i = 0; i < changes; i++) {
            double[] millis = change(all, i);
            first[i] = millis[0];
            last[i] = millis[millis.length - 1];
        }
        Arrays.sort(first);
        Arrays.sort(last);
        double cpu = (double) (ticks(pilot) - ticks) * 1000 / TICKS_PER_SECOND / changes;
        System.out.printf(
                Locale.ROOT,
                "control apply_to_route p50=%.0fms p99=%.0fms max=%.0fms first_agent_p50=%.0fms "
                        + "first_agent_p99=%.0fms rss=%dMB cpu=%.0fms/change agents=%d changes=%d%n",
                quantile(last, 0.5),
                quantile(last, 0.99),
                last[last.length - 1],
                quantile(first, 0.5),
                quantile(first, 0.99),
                residentMegabytes(pilot),
                cpu,
                agents,
                changes);
        connections.close();
    }

    private static void awaitComplete(List<SimulatedAgent> all) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        long seen = -1;
        while (true) {
            long now = all.stream().mapToLong(SimulatedAgent::responses).sum();
            if (now == seen && all.stream().allMatch(SimulatedAgent::complete)) {
                return; // nothing came for a second, and nothing is missing
            }
            seen = now;
            for (SimulatedAgent agent : all) {
                if (agent.failure() != null || System.nanoTime() > end) {
                    throw new IllegalStateException("agents not complete", agent.failure());
                }
            }
            Thread.sleep(1000);
        }
    }

    /** One change; when each agent had it, in milliseconds after the answer, ascending. */
    private double[] change(List<SimulatedAgent> all, int number)
            throws IOException, InterruptedException {
        String mark = "change-" + number + "-" + System.nanoTime();
        all.forEach(agent -> agent.expect(mark));
        LargeCluster.route(api, number, number + changes, mark);
        long answered = System.nanoTime();
        double[] millis = new double[all.size()];
        for (int i = 0; i < millis.length; i++) {
            long at = all.get(i).await(mark, PATIENCE_SECONDS);
            if (at < 0) {
                throw new IllegalStateException("agent has no route", all.get(i).failure());
            }
            millis[i] = Math.max(0, at - answered) / 1e6;
        }
        Arrays.sort(millis);
        return millis;
    }

    private static double quantile(double[] sorted, double q) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
    }

    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static long residentMegabytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS of " + pid);
    }

    /** A connection for each agent, as agents have. */
    private static final class Connections implements AutoCloseable {
        private final Path root;
        private final List<ManagedChannel> channels = new ArrayList<>();

        Connections(Path folder) {
            root = folder.resolve("root.pem");
        }

        SimulatedAgent agent(Path token) {
            ManagedChannel channel =
                    SpiffeTls.channel("127.0.0.1:15012", root, SpiffeId.pilot("cluster.local"))
                            .build();
            channels.add(channel);
            return new SimulatedAgent(channel, new BearerToken(token));
        }

        @Override
        public void close() {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }
}
