package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.Stat;

/** Stats of the process: {@code server.}. Source: Envoy, "Statistics", server. */
public enum ServerStat implements Stat {
    UPTIME("uptime", "Seconds since the process began."),
    LIVE("live", "1 unless the agent is draining."),
    STATE("state", "0 live, 1 draining, 2 before initialization, 3 initializing."),
    VERSION("version", "Version as major * 1,000,000 + minor * 1,000 + patch."),
    CONCURRENCY("concurrency", "Worker loops."),
    MEMORY_ALLOCATED("memory_allocated", "Bytes of heap and direct memory in use."),
    MEMORY_HEAP_SIZE("memory_heap_size", "Bytes of heap reserved."),
    TOTAL_CONNECTIONS("total_connections", "Connections open in the listeners of all pods.");

    private final String statName;
    private final String help;

    ServerStat(String statName, String help) {
        this.statName = statName;
        this.help = help;
    }

    @Override
    public String statName() {
        return statName;
    }

    @Override
    public Kind kind() {
        return Kind.GAUGE;
    }

    @Override
    public String help() {
        return help;
    }
}
