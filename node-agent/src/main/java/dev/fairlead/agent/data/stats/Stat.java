package dev.fairlead.agent.data.stats;

/** One counter or gauge of a closed set; its enum is the complete list, with names and meaning. */
public interface Stat {

    /** Envoy's name of it, without prefix: {@code upstream_rq_total}. */
    String statName();

    Kind kind();

    /** One sentence of help. */
    String help();

    int ordinal();

    /** Whether it only grows. */
    enum Kind {
        COUNTER,
        GAUGE
    }
}
