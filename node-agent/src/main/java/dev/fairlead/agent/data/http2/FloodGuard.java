package dev.fairlead.agent.data.http2;

import java.util.concurrent.TimeUnit;

/**
 * Counts what a peer sends that costs us and brings it nothing, and says when it is too much: then
 * the connection is ended with ENHANCE_YOUR_CALM. Bounds are Envoy's where it has one.
 *
 * <p>Source: Envoy, Http2ProtocolOptions and "premature reset"; CVE-2019-9511 ff., CVE-2023-44487.
 * Owner: the connection's loop.
 */
public final class FloodGuard {

    /** What there was too much of. */
    public enum Flood {
        NONE,
        EMPTY_FRAMES,
        PRIORITY,
        WINDOW_UPDATES,
        /** PING and SETTINGS, each of which must be answered. */
        CONTROL,
        RESETS
    }

    static final int MAX_EMPTY_DATA = 8;
    static final int MAX_PRIORITY_PER_STREAM = 100;
    static final int MAX_WINDOW_UPDATES_PER_DATA = 10;
    static final int MAX_CONTROL_PER_WINDOW = 1_000;
    static final int MIN_RESETS = 500;
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private int emptyData;
    private long streams;
    private long priorities;
    private long windowUpdates;
    private long dataSent;
    private long windowStart;
    private int control;

    /** Frames in this window that carried something, either way. */
    private long useful;

    private int resets;
    private int streamsInWindow;

    /**
     * @param nowNanos as {@link System#nanoTime}
     */
    public FloodGuard(long nowNanos) {
        windowStart = nowNanos;
    }

    /** A stream was opened by the peer. */
    public void streamOpened() {
        useful++;
        streams++;
        streamsInWindow++;
        emptyData = 0;
    }

    /** A DATA frame, with padding or without. */
    public Flood data(int bytes, boolean ends) {
        if (bytes > 0 || ends) {
            useful++;
            emptyData = 0;
            return Flood.NONE;
        }
        emptyData++;
        return emptyData > MAX_EMPTY_DATA ? Flood.EMPTY_FRAMES : Flood.NONE;
    }

    /** We have sent DATA, which may be answered with window updates. */
    public void dataSent() {
        useful++;
        dataSent++;
    }

    public Flood priority() {
        priorities++;
        return priorities > MAX_PRIORITY_PER_STREAM * (1 + streams) ? Flood.PRIORITY : Flood.NONE;
    }

    public Flood windowUpdate() {
        windowUpdates++;
        long allowed = 100 + 2 * streams + MAX_WINDOW_UPDATES_PER_DATA * dataSent;
        return windowUpdates > allowed ? Flood.WINDOW_UPDATES : Flood.NONE;
    }

    /** PING or SETTINGS. */
    public Flood control(long nowNanos) {
        turnWindow(nowNanos);
        control++;
        // grpc-go measures bandwidth by a PING for every batch of data that it gets
        return control > MAX_CONTROL_PER_WINDOW + 2 * useful ? Flood.CONTROL : Flood.NONE;
    }

    /**
     * The peer reset a stream before its response was whole, or made us do so by a fault. Source of
     * the second: CVE-2025-8671.
     */
    public Flood prematureReset(long nowNanos) {
        turnWindow(nowNanos);
        resets++;
        return resets > MIN_RESETS && 2L * resets > streamsInWindow ? Flood.RESETS : Flood.NONE;
    }

    private void turnWindow(long nowNanos) {
        if (nowNanos - windowStart > WINDOW_NANOS) {
            windowStart = nowNanos;
            control = 0;
            useful = 0;
            resets = 0;
            streamsInWindow = 0;
        }
    }
}
