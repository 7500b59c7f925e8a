package dev.fairlead.agent.data.capture;

import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.Backend;
import dev.fairlead.iptables.PodRules;
import dev.fairlead.iptables.RuleApplier;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Two captured pods and one that is not, with real epoll sockets. Runs in a process of its own
 * inside {@code unshare -Urnm}, and prints a line {@code name TAB expected TAB seen} for each fact;
 * {@link PodSocketsTest} judges.
 */
public final class PodSocketsScenario {

    private static final String RESET = "Connection reset";

    private final EventLoop loop;
    private final Relay relay = new Relay();
    private final RuleApplier rules = new RuleApplier(Backend.AUTO);

    private PodSocketsScenario(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * @param args topology.sh
     */
    public static void main(String[] args) throws Exception {
        var made = new ProcessBuilder("sh", args[0]).inheritIO().start().waitFor();
        fact("topology", 0, made);
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        new PodSocketsScenario(group.next()).run();
        fact("went to the end", true, true);
        System.exit(0);
    }

    private void run() throws Exception {
        for (var pod : List.of("p1", "p2", "p3")) {
            Peers.serve(pod, 8080);
        }
        namespaces();
        long held = openNamespaces();
        var one = open(pod("p1"), relay).get();
        var two = open(pod("p2"), relay).get();
        fact("self-test before the rules", "not captured", proof(one));
        for (var pod : List.of("p1", "p2")) {
            fact(
                    "rules " + pod,
                    true,
                    rules.apply(Peers.netns(pod), PodRules.all()::captured).good());
        }
        fact("self-test", "captured", proof(one));
        fact("ports are taken", "no", canOpen("p2"));
        paths("198.18.1.");
        paths("fd00:18:1:0:0:0:0:");
        callersPorts("198.18.1.2");
        callersPorts("fd00:18:1:0:0:0:0:2");
        refusals();
        leave(one, two);
        excluded();
        bounded();
        fact("namespaces left open", held, openNamespaces());
    }

    private void namespaces() throws IOException {
        var before = ownNamespace();
        try (var namespace = NetNamespace.open(Peers.netns("p1"))) {
            fact(
                    "elsewhere inside",
                    false,
                    namespace.enter(PodSocketsScenario::ownNamespace).equals(before));
            fact("back outside", before, ownNamespace());
            try {
                namespace.enter(() -> {
                    throw new IllegalStateException("from inside");
                });
            } catch (IllegalStateException e) {
                fact("failures come out", "from inside", String.valueOf(e.getMessage()));
            }
            fact("back after a failure", before, ownNamespace());
        }
    }

    private static Path ownNamespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void paths(String pods) {
        fact(
                pods + " plain to enrolled",
                "in p2 saw " + pods + 3,
                Peers.call("p3", pods + 2, 8080));
        fact(
                pods + " enrolled to plain",
                "out p3 saw " + pods + 1,
                Peers.call("p1", pods + 3, 8080));
        fact(
                pods + " enrolled to enrolled",
                "out in p2 saw " + pods + 1,
                Peers.call("p1", pods + 2, 8080));
        fact(pods + " own address", "p2 saw " + pods + 2, Peers.call("p2", pods + 2, 8080));
        fact(pods + " nobody listens", RESET, Peers.call("p3", pods + 2, 8099));
        for (int port : List.of(15001, 15006)) {
            relay.refused.clear();
            fact(pods + " straight to " + port, RESET, Peers.call("p3", pods + 2, port));
            fact(pods + " counted", List.of(RefusalReason.OWN_LISTENER), relay.refused);
        }
        relay.refused.clear();
        fact(pods + " own 15001", RESET, Peers.call("p2", pods + 2, 15001));
        fact(pods + " own 15001 counted", 1, relay.refused.size());
    }

    /** What carries a caller's address comes from no port that its kernel may give it. */
    private static void callersPorts(String pod) {
        for (int call = 0; call < 3; call++) {
            Peers.call("p3", pod, 8080);
            fact(
                    pod + " port beside the caller's",
                    "61000 and more",
                    Peers.lastPort > 60999 ? "61000 and more" : "" + Peers.lastPort);
        }
    }

    private void refusals() {
        relay.refused.clear();
        fact("service of our listener, plain", RESET, Peers.call("p3", "198.19.0.9", 80));
        fact("counted", List.of(RefusalReason.OWN_LISTENER), relay.refused);
        relay.refused.clear();
        fact("another pod's listener", RESET, Peers.call("p1", "198.18.1.2", 15006));
        fact("counted", List.of(RefusalReason.OWN_LISTENER), relay.refused);
    }

    private void leave(CapturedPod one, CapturedPod two) throws Exception {
        try (var held = Peers.open("p1", "198.18.1.2", 8080)) {
            fact("held", "out in p2 saw 198.18.1.1", held.path());
            fact("held by one and two", "1 1", one.connections() + " " + two.connections());
            for (var pod : List.of("p1", "p2")) {
                rules.apply(Peers.netns(pod), PodRules.all()::draining);
            }
            fact("self-test when leaving", "not captured", proof(one));
            one.stopAccepting().get();
            two.stopAccepting().get();
            fact(
                    "new connections are plain",
                    "p2 saw 198.18.1.1",
                    Peers.call("p1", "198.18.1.2", 8080));
            fact("the held one goes on", "hello", held.echo("hello"));
        }
        while (one.connections() + two.connections() > 0) {
            Thread.onSpinWait();
        }
        for (var pod : List.of(one, two)) {
            pod.close().get();
            pod.close().get();
            fact("clean", true, rules.clean(pod.pod().netns()).good());
        }
        fact("reopened", "yes", canOpen("p2"));
        fact("no such namespace", "no", canOpen("p9"));
    }

    /** Nothing outbound is captured, so no connection can prove that anything is. */
    private void excluded() throws Exception {
        var pod = pod("p1");
        var all = new CaptureExclusions(List.of(), List.of(), List.of("0.0.0.0/0"));
        var captured =
                open(
                                new LocalPod(
                                        pod.uid(),
                                        pod.namespace(),
                                        pod.name(),
                                        pod.identity(),
                                        pod.netns(),
                                        pod.addresses(),
                                        all),
                                relay)
                        .get();
        fact("everything excluded", "captured", proof(captured));
        captured.close().get();
    }

    /** One pod that opens too many cannot take them from others. */
    private void bounded() throws Exception {
        var captured = open(pod("p1"), new PodBounds(1, 10, 10, 10, 0), relay).get();
        rules.apply(Peers.netns("p1"), PodRules.all()::captured);
        relay.refused.clear();
        try (var held = Peers.open("p1", "198.18.1.3", 8080)) {
            fact("as many as one may have", "out p3 saw 198.18.1.1", held.path());
            fact("one more", RESET, Peers.call("p1", "198.18.1.3", 8080));
            fact("one more in", RESET, Peers.call("p3", "198.18.1.1", 8080));
            fact("counted", List.of(RefusalReason.OVERFLOW, RefusalReason.OVERFLOW), relay.refused);
        }
        while (captured.connections() > 0) {
            Thread.onSpinWait();
        }
        fact("room again", "out p3 saw 198.18.1.1", Peers.call("p1", "198.18.1.3", 8080));
        rules.apply(Peers.netns("p1"), PodRules.all()::draining);
        captured.close().get();
        fact("clean", true, rules.clean(captured.pod().netns()).good());
    }

    private String canOpen(String name) throws InterruptedException {
        try {
            open(pod(name), relay).get().close().get();
            return "yes";
        } catch (ExecutionException e) {
            return e.getCause() instanceof IOException ? "no" : e.toString();
        }
    }

    private CompletableFuture<CapturedPod> open(LocalPod pod, CapturedPod.Handlers handlers) {
        return open(pod, PodBounds.USUAL, handlers);
    }

    private CompletableFuture<CapturedPod> open(
            LocalPod pod, PodBounds bounds, CapturedPod.Handlers handlers) {
        var policy =
                new AddressPolicy(address -> address.equals(InetAddress.ofLiteral("198.18.1.2")));
        return CapturedPod.open(pod, loop, policy, bounds, new Random(1), handlers);
    }

    private static String proof(CapturedPod pod) throws InterruptedException {
        try {
            pod.proveCapture().get();
            return "captured";
        } catch (ExecutionException e) {
            return String.valueOf(e.getMessage()).contains("not captured")
                    ? "not captured"
                    : e.toString();
        }
    }

    private static LocalPod pod(String name) {
        var number = name.substring(1);
        return new LocalPod(
                "uid-" + name,
                "default",
                name,
                new SpiffeId("cluster.local", "default", name),
                Peers.netns(name),
                List.of(
                        InetAddress.ofLiteral("198.18.1." + number),
                        InetAddress.ofLiteral("fd00:18:1::" + number)),
                CaptureExclusions.NONE);
    }

    private static long openNamespaces() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(PodSocketsScenario::isNamespace).count();
        }
    }

    private static boolean isNamespace(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("net:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static void fact(String name, Object expected, Object seen) {
        System.out.println(name + "\t" + expected + "\t" + seen);
    }
}
