package dev.fairlead.cli.demo;

import dev.fairlead.cli.demo.LauncherShell.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: brings up two nodes with bookinfo and narrates what it sees. */
@Command(name = "demo", description = "A mesh on this machine with bookinfo, step by step.")
public final class Demo implements Callable<Integer> {

    @Option(
            names = "--once",
            description = "end after the steps; exit 0 only if all was as expected")
    boolean once;

    @Option(names = "--name", paramLabel = "NAME", description = "the lab's name (default: demo)")
    String name = "demo";

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws Exception {
        LauncherShell shell = new LauncherShell(Path.of(System.getenv("FAIRLEAD_ROOT")), name);
        Thread down = new Thread(() -> end(shell), "demo-down");
        Runtime.getRuntime().addShutdownHook(down);
        String wrong = show(shell);
        if (!once) {
            out.println();
            out.println(
                    "The lab stays until Ctrl-C. Look around: ./fairlead lab get pods --name "
                            + name);
            new CountDownLatch(1).await();
        }
        if (wrong.isEmpty()) {
            out.println();
            out.println("Everything was as expected.");
            return 0;
        }
        out.println();
        out.println("NOT as expected: " + wrong);
        return 1;
    }

    /** Title of the first step that was not as expected; empty: all were. */
    private String show(LauncherShell shell) throws IOException, InterruptedException {
        long start = System.nanoTime();
        out.println(
                "Two nodes, bookinfo in namespace default (in the mesh), a client in legacy (not).");
        Result up =
                shell.lab(
                        "up",
                        "--nodes",
                        "2",
                        "-f",
                        shell.sample("default-namespace.yaml").toString(),
                        shell.sample("bookinfo/bookinfo.yaml").toString(),
                        shell.sample("sleep/sleep.yaml").toString(),
                        shell.sample("sleep/legacy.yaml").toString());
        if (up.exit() != 0) {
            out.println(up.out() + up.err());
            return "the lab did not come up";
        }
        up.out().lines().filter(line -> !line.endsWith(" created")).forEach(out::println);
        out.printf(
                "  up after %.1f s%n",
                Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3);
        String wrong = "";
        int number = 0;
        for (Step step : new DemoSteps(shell).all()) {
            out.println();
            out.println(++number + ". " + step.title());
            Observed seen = step.action().run();
            out.println("   " + (seen.asExpected() ? "ok   " : "NOT  ") + seen.what());
            seen.details().stream().limit(20).forEach(line -> out.println("        " + line));
            if (!seen.asExpected() && wrong.isEmpty()) {
                wrong = step.title() + ": " + seen.what();
            }
        }
        return wrong;
    }

    private static void end(LauncherShell shell) {
        try {
            shell.lab("down");
        } catch (IOException e) {
            System.err.println("fairlead: the lab may still be up: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
