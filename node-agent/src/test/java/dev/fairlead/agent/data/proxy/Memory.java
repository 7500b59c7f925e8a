package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

/** What Netty's buffers take more than when this was made, pooled chunks included. */
final class Memory {

    /** What a pool may take in advance, whatever is asked of it. */
    static final long SLACK = 16 << 20;

    private final long before = used();

    private static long used() {
        ByteBufAllocatorMetric metric =
                ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    long more() {
        return used() - before;
    }

    void assertBelow(long bytes) {
        assertThat(more()).as("bytes of buffers").isLessThan(bytes);
    }
}
