package dev.fairlead.wire.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * A logger that writes {@code 2026-11-21T16:00:28.120Z info NodeAgent listening port=15000} to
 * stderr: time, level, last part of the logger's name, message.
 *
 * <p>A throwable adds its causes to the line; its stack follows only at error, or where the logger
 * is at debug. Control characters are escaped, so that nobody's input can forge a line.
 */
final class LineLogger extends LegacyAbstractLogger {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final int MAX_CAUSES = 4; // deeper ones repeat what the first ones say

    private final String shortName;
    private volatile LogLevels.Threshold threshold;

    LineLogger(String name, LogLevels.Threshold threshold) {
        this.name = name;
        this.shortName = name.substring(name.lastIndexOf('.') + 1);
        this.threshold = threshold;
    }

    void setThreshold(LogLevels.Threshold changed) {
        threshold = changed;
    }

    LogLevels.Threshold threshold() {
        return threshold;
    }

    @Override
    public boolean isTraceEnabled() {
        return threshold.passes(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return threshold.passes(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return threshold.passes(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return threshold.passes(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return threshold.passes(Level.ERROR);
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return LineLogger.class.getName();
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        System.err.print(line(CLOCK.instant(), level, message, arguments, thrown));
    }

    String line(
            Instant time,
            Level level,
            @Nullable String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        StringBuilder line = new StringBuilder(160);
        line.append(time.truncatedTo(ChronoUnit.MILLIS)).append(' ');
        line.append(level.name().toLowerCase(java.util.Locale.ROOT)).append(' ');
        line.append(shortName).append(' ');
        appendEscaped(line, MessageFormatter.basicArrayFormat(message, arguments));
        if (thrown != null) {
            appendCauses(line, thrown);
        }
        line.append('\n');
        if (thrown != null && (level == Level.ERROR || isDebugEnabled())) {
            StringWriter stack = new StringWriter();
            thrown.printStackTrace(new PrintWriter(stack));
            line.append(stack);
        }
        return line.toString();
    }

    private static void appendCauses(StringBuilder line, Throwable thrown) {
        line.append(" error=\"");
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            line.append(i == 0 ? "" : ": ").append(cause.getClass().getSimpleName());
            if (cause.getMessage() != null) {
                line.append(": ");
                appendEscaped(line, cause.getMessage().replace('"', '\''));
            }
        }
        line.append('"');
    }

    private static void appendEscaped(StringBuilder line, @Nullable String text) {
        if (text == null) {
            line.append("null");
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                default -> {
                    if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
                        line.append(String.format("\\x%02x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
    }
}
