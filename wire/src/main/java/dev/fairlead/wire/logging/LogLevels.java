package dev.fairlead.wire.logging;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Which logger logs what. A rule is for a logger and all below it by dots; the longest rule wins;
 * the rule {@code ""} is for all.
 *
 * <p>Thread-safe; a change takes effect at the next event. Configured by {@code FAIRLEAD_LOG}, for
 * example {@code info}, {@code debug} or {@code info,dev.fairlead.agent.control=debug}. Default:
 * info, and warn for Netty, which has to be named to say more.
 */
public final class LogLevels {

    /** The environment variable that holds the rules to begin with. */
    public static final String VARIABLE = "FAIRLEAD_LOG";

    private static final LogLevels OF_THIS_PROCESS = new LogLevels();

    static {
        String rules = System.getenv(VARIABLE);
        if (rules != null) {
            try {
                OF_THIS_PROCESS.apply(rules);
            } catch (IllegalArgumentException e) {
                System.err.println(VARIABLE + ": " + e.getMessage());
            }
        }
    }

    private final Map<String, Threshold> rules = new LinkedHashMap<>();
    private final Map<String, LineLogger> loggers = new ConcurrentHashMap<>();

    LogLevels() {
        rules.put("", Threshold.INFO);
        rules.put("io.netty", Threshold.WARN);
        // warns of every v1alpha1, and of every lost connection that its callers report themselves
        rules.put("io.fabric8", Threshold.ERROR);
        // gRPC asks for TCP's keepalive on Unix sockets, too; to be without it is no news
        rules.put("io.netty.bootstrap.Bootstrap", Threshold.ERROR);
    }

    /** The least severe events that are written, in Envoy's and SLF4J's words. */
    public enum Threshold {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR,
        OFF;

        /** IllegalArgumentException names the words that there are. */
        public static Threshold parse(String word) {
            return switch (word.strip().toLowerCase(Locale.ROOT)) {
                case "trace" -> TRACE;
                case "debug" -> DEBUG;
                case "info" -> INFO;
                case "warn", "warning" -> WARN;
                case "error", "critical" -> ERROR;
                case "off" -> OFF;
                default ->
                        throw new IllegalArgumentException(
                                "level \""
                                        + word
                                        + "\" is none of trace, debug, info, warn, error, off");
            };
        }

        boolean passes(Level level) {
            return this != OFF && level.ordinal() <= Level.TRACE.ordinal() - ordinal();
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static LogLevels ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /**
     * Reads rules separated by commas, {@code level} or {@code logger=level}. Either all of them
     * are taken or, by an IllegalArgumentException that says why, none.
     */
    public void apply(String list) {
        Map<String, Threshold> read = new LinkedHashMap<>();
        for (String rule : list.split(",", -1)) {
            if (!rule.isBlank()) {
                int equals = rule.indexOf('=');
                read.put(
                        equals < 0 ? "" : rule.substring(0, equals).strip(),
                        Threshold.parse(rule.substring(equals + 1)));
            }
        }
        synchronized (rules) {
            rules.putAll(read);
            loggers.values().forEach(logger -> logger.setThreshold(thresholdOf(logger.getName())));
        }
    }

    /** Sets the rule for {@code logger} and all below it; {@code ""}: for all without a rule. */
    public void set(String logger, Threshold threshold) {
        synchronized (rules) {
            rules.put(logger, threshold);
            loggers.values().forEach(each -> each.setThreshold(thresholdOf(each.getName())));
        }
    }

    /** All loggers in use with what they write, by name. */
    public NavigableMap<String, Threshold> inUse() {
        NavigableMap<String, Threshold> all = new TreeMap<>();
        loggers.forEach((name, logger) -> all.put(name, logger.threshold()));
        return Collections.unmodifiableNavigableMap(all);
    }

    /** The rules in force. */
    public Map<String, Threshold> rules() {
        synchronized (rules) {
            return new TreeMap<>(rules);
        }
    }

    LineLogger logger(String name) {
        LineLogger known = loggers.get(name);
        if (known != null) {
            return known;
        }
        synchronized (rules) {
            return loggers.computeIfAbsent(name, _ -> new LineLogger(name, thresholdOf(name)));
        }
    }

    private Threshold thresholdOf(String name) {
        for (String part = name; ; part = part.substring(0, Math.max(0, part.lastIndexOf('.')))) {
            @Nullable Threshold rule = rules.get(part);
            if (rule != null) {
                return rule;
            }
            if (part.isEmpty()) {
                return Threshold.INFO;
            }
        }
    }
}
