package dev.fairlead.pilot.keys;

import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key sets that objects ask for, and the one who fetches them: at once, every 20 minutes from
 * then on, and after a failure soon again. The last good one is kept while anybody asks for it.
 *
 * <p>Source: Istio's JwksResolver (its intervals). Thread: any; all state is guarded by this. A
 * fetch holds nothing.
 */
public final class KeyBook implements AutoCloseable {

    static final Duration REFRESH = Duration.ofMinutes(20);
    static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    static final Duration LAST_RETRY = Duration.ofMinutes(1);

    /** How long the first state may wait: without keys, tokens that hold would be refused. */
    private static final Duration FIRST_STATE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(KeyBook.class);

    private final Fetch fetch;
    private final Runnable changed;
    private final LongSupplier nanos;
    private final Executor executor;
    private final Map<Keys.Remote, Entry> entries = new HashMap<>();
    private Map<Keys.Remote, KeySet> known = Map.of(); // the same map as long as it holds the same
    private @Nullable Thread thread;
    private boolean asked;

    /** What is known, and when more will be asked. */
    private static final class Entry {
        private KeySet keys = KeySet.NONE;
        private long due;
        private Duration retry = FIRST_RETRY;
        private boolean underWay;
    }

    /** {@code changed} is called after each fetch that brings something new. */
    public KeyBook(Fetch fetch, Runnable changed) {
        this(fetch, changed, System::nanoTime, Executors.newVirtualThreadPerTaskExecutor());
    }

    KeyBook(Fetch fetch, Runnable changed, LongSupplier nanos, Executor executor) {
        this.fetch = fetch;
        this.changed = changed;
        this.nanos = nanos;
        this.executor = executor;
    }

    /** Fetches from now on. */
    public synchronized void start() {
        thread = Thread.ofVirtual().name("keys").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                long wait = step();
                synchronized (this) {
                    wait(Math.max(1, Math.min(wait, REFRESH.toNanos()) / 1_000_000));
                }
            }
        } catch (InterruptedException e) {
            log.debug("keys end");
        }
    }

    /**
     * What is known of these, which are all that are wanted now. The first time it waits a little
     * for them.
     */
    public Map<Keys.Remote, KeySet> of(Set<Keys.Remote> wanted) {
        synchronized (this) {
            entries.keySet().retainAll(wanted);
            for (Keys.Remote each : wanted) {
                entries.computeIfAbsent(
                        each,
                        _ -> {
                            Entry entry = new Entry();
                            entry.due = nanos.getAsLong();
                            return entry;
                        });
            }
            notifyAll();
            if (!asked && !wanted.isEmpty() && thread != null) {
                asked = true;
                awaitFirst();
            }
            return snapshot();
        }
    }

    private void awaitFirst() {
        long end = nanos.getAsLong() + FIRST_STATE.toNanos();
        try {
            while (entries.values().stream().anyMatch(e -> e.keys.equals(KeySet.NONE))) {
                long left = (end - nanos.getAsLong()) / 1_000_000;
                if (left <= 0) {
                    return;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<Keys.Remote, KeySet> snapshot() {
        Map<Keys.Remote, KeySet> now = new HashMap<>();
        entries.forEach((from, entry) -> now.put(from, entry.keys));
        if (!now.equals(known)) {
            known = Map.copyOf(now);
        }
        return known;
    }

    /** Begins what is due; returns how long nothing else is, in nanoseconds. */
    long step() {
        Set<Keys.Remote> due = new HashSet<>();
        long next = REFRESH.toNanos();
        synchronized (this) {
            long now = nanos.getAsLong();
            for (Map.Entry<Keys.Remote, Entry> each : entries.entrySet()) {
                Entry entry = each.getValue();
                if (entry.underWay) {
                    continue;
                }
                if (entry.due - now <= 0) {
                    entry.underWay = true;
                    due.add(each.getKey());
                } else {
                    next = Math.min(next, entry.due - now);
                }
            }
        }
        due.forEach(from -> executor.execute(() -> fetch(from)));
        return next;
    }

    private void fetch(Keys.Remote from) {
        String text = "";
        String failure = "";
        try {
            text = fetch.keySet(from);
        } catch (IOException | RuntimeException e) {
            String reason = e.getMessage();
            failure = reason == null ? e.getClass().getSimpleName() : reason;
        }
        boolean news = fetched(from, text, failure);
        if (news) {
            changed.run();
        }
    }

    private synchronized boolean fetched(Keys.Remote from, String text, String failure) {
        Entry entry = entries.get(from);
        if (entry == null) {
            return false; // nobody asks any more
        }
        entry.underWay = false;
        KeySet now;
        if (failure.isEmpty()) {
            now = new KeySet(text, "");
            entry.due = nanos.getAsLong() + REFRESH.toNanos();
            entry.retry = FIRST_RETRY;
        } else {
            now = new KeySet(entry.keys.text(), failure);
            entry.due = nanos.getAsLong() + entry.retry.toNanos();
            Duration doubled = entry.retry.multipliedBy(2);
            entry.retry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
        }
        boolean news = !now.equals(entry.keys);
        if (news && failure.isEmpty()) {
            log.info("keys fetched address={}", from.address());
        } else if (news) {
            log.warn(
                    "keys not fetched address={} reason=\"{}\" kept={}",
                    from.address(),
                    failure,
                    !now.text().isEmpty());
        }
        entry.keys = now;
        notifyAll();
        return news;
    }

    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
