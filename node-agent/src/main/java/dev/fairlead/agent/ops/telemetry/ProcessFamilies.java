package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.ops.telemetry.Metric.Stability;
import java.util.List;
import java.util.stream.Stream;

/** What the process takes, under the names that Prometheus' own clients use. */
final class ProcessFamilies {

    private static final Metric BUILD =
            metric(
                    "fairlead_build_info",
                    Metric.Type.GAUGE,
                    "",
                    "Always 1; the version is a label.",
                    "version",
                    "java_version");
    private static final Metric CPU =
            metric(
                    "process_cpu_seconds_total",
                    Metric.Type.COUNTER,
                    "seconds",
                    "User and system time of all threads.");
    private static final Metric START =
            metric(
                    "process_start_time_seconds",
                    Metric.Type.GAUGE,
                    "seconds",
                    "When the process began, since 1970.");
    private static final Metric RESIDENT =
            metric(
                    "process_resident_memory_bytes",
                    Metric.Type.GAUGE,
                    "bytes",
                    "Resident set size.");
    private static final Metric OPEN_FDS =
            metric("process_open_fds", Metric.Type.GAUGE, "", "File descriptors in use.");
    private static final Metric MAX_FDS =
            metric("process_max_fds", Metric.Type.GAUGE, "", "File descriptors allowed.");
    private static final Metric USED =
            metric("jvm_memory_bytes_used", Metric.Type.GAUGE, "bytes", "Memory in use.", "area");
    private static final Metric COMMITTED =
            metric(
                    "jvm_memory_bytes_committed",
                    Metric.Type.GAUGE,
                    "bytes",
                    "Memory reserved.",
                    "area");
    private static final Metric MAX =
            metric(
                    "jvm_memory_bytes_max",
                    Metric.Type.GAUGE,
                    "bytes",
                    "Memory allowed; -1: no limit.",
                    "area");
    private static final Metric POOLS =
            metric(
                    "jvm_buffer_pool_used_bytes",
                    Metric.Type.GAUGE,
                    "bytes",
                    "Memory of the JDK's buffers outside the heap.",
                    "pool");
    private static final Metric NETTY =
            metric(
                    "fairlead_netty_direct_memory_bytes",
                    Metric.Type.GAUGE,
                    "bytes",
                    "Direct memory that Netty's allocator holds.");
    private static final Metric GC =
            metric(
                    "jvm_gc_collection_seconds",
                    Metric.Type.SUMMARY,
                    "seconds",
                    "Time in garbage collection.",
                    "gc");

    private ProcessFamilies() {}

    private static Metric metric(
            String name, Metric.Type type, String unit, String help, String... labels) {
        return new Metric(name, type, unit, List.of(labels), help, Stability.STABLE);
    }

    static List<Metric> declared() {
        return List.of(
                BUILD, CPU, START, RESIDENT, OPEN_FDS, MAX_FDS, USED, COMMITTED, MAX, POOLS, NETTY,
                GC);
    }

    static Stream<Family> of(ProcessStats stats, BuildInfo build) {
        Family pools = new Family(POOLS);
        stats.bufferPoolBytes().forEach((pool, bytes) -> pools.add(List.of(pool), bytes));
        Family gc = new Family(GC);
        stats.collectors()
                .forEach((name, each) ->
                        gc.addSummary(List.of(name), (double) each.count(), each.seconds()));
        return Stream.of(
                one(BUILD, 1, build.version(), Runtime.version().toString()),
                one(CPU, stats.cpuSeconds()),
                one(START, stats.startSeconds()),
                one(RESIDENT, stats.residentBytes()),
                one(OPEN_FDS, stats.openFds()),
                one(MAX_FDS, stats.maxFds()),
                areas(USED, stats.heap().used(), stats.nonHeap().used()),
                areas(COMMITTED, stats.heap().committed(), stats.nonHeap().committed()),
                areas(MAX, stats.heap().max(), stats.nonHeap().max()),
                pools,
                one(NETTY, stats.nettyDirectBytes()),
                gc);
    }

    private static Family one(Metric metric, long value, String... labels) {
        return new Family(metric).add(List.of(labels), value);
    }

    private static Family one(Metric metric, double value, String... labels) {
        return new Family(metric).add(List.of(labels), value);
    }

    private static Family areas(Metric metric, long heap, long nonHeap) {
        return new Family(metric).add(List.of("heap"), heap).add(List.of("nonheap"), nonHeap);
    }
}
