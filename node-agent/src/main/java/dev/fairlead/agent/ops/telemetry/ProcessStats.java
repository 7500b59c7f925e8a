package dev.fairlead.agent.ops.telemetry;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the process itself takes: memory, processor, descriptors, garbage collection.
 *
 * @param nettyDirectBytes direct memory that Netty's allocator holds; the JDK does not see it
 * @param collectors by name of the collector
 */
record ProcessStats(
        double cpuSeconds,
        double startSeconds,
        long residentBytes,
        long openFds,
        long maxFds,
        Memory heap,
        Memory nonHeap,
        Map<String, Long> bufferPoolBytes,
        long nettyDirectBytes,
        Map<String, Collections> collectors) {

    /** Bytes; {@code max} is -1 where there is no limit. */
    record Memory(long used, long committed, long max) {}

    record Collections(long count, double seconds) {}

    static ProcessStats now() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        var memory = ManagementFactory.getMemoryMXBean();
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Map<String, Long> pools = new TreeMap<>();
        for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            pools.put(pool.getName(), pool.getMemoryUsed());
        }
        Map<String, Collections> collectors = new TreeMap<>();
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collectors.put(
                    collector.getName(),
                    new Collections(
                            collector.getCollectionCount(), collector.getCollectionTime() / 1e3));
        }
        return new ProcessStats(
                system.getProcessCpuTime() / 1e9,
                runtime.getStartTime() / 1e3,
                residentBytes(Path.of("/proc/self/status")),
                system.getOpenFileDescriptorCount(),
                system.getMaxFileDescriptorCount(),
                memory(memory.getHeapMemoryUsage()),
                memory(memory.getNonHeapMemoryUsage()),
                pools,
                heldByNetty(),
                collectors);
    }

    private static Memory memory(java.lang.management.MemoryUsage usage) {
        return new Memory(usage.getUsed(), usage.getCommitted(), usage.getMax());
    }

    /** VmRSS of a status file of proc(5); 0 where there is none. */
    static long residentBytes(Path status) {
        try {
            List<String> lines = Files.readAllLines(status);
            for (String line : lines) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }

    private static long heldByNetty() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }
}
