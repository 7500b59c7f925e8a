package dev.fairlead.agent.data.http;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The time of day as heads say it: {@code Sun, 06 Nov 1994 08:49:37 GMT}. Made once a second.
 *
 * <p>Source: RFC 9110 §5.6.7. Any thread: a lost race makes it twice.
 */
public final class DateHeader {

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private record Said(long second, AsciiString text) {}

    private static volatile Said last = new Said(-1, AsciiString.EMPTY_STRING);

    private DateHeader() {}

    public static CharSequence at(long epochMillis) {
        long second = Math.floorDiv(epochMillis, 1000L);
        Said said = last;
        if (said.second != second) {
            Instant instant = Instant.ofEpochSecond(second);
            said = new Said(second, AsciiString.cached(FORMAT.format(instant)));
            last = said;
        }
        return said.text;
    }
}
