package io.reactivestore.embeddeds3.latency;

import io.netty.util.AsciiString;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times as HTTP writes them. */
final class HttpDate {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private record Line(long second, AsciiString text) {}

    private static volatile Line now = new Line(0, AsciiString.EMPTY_STRING);

    private HttpDate() {}

    static String of(Instant time) {
        return FORMAT.format(time);
    }

    static @Nullable Instant parse(String text) {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.trim(), Instant::from);
        } catch (DateTimeException malformed) {
            return null;
        }
    }

    /** The header line of an answer, made once in a second. */
    static AsciiString line() {
        long second = System.currentTimeMillis() / 1000;
        Line line = now;
        if (line.second != second) {
            line = new Line(second, new AsciiString("Date: " + of(Instant.ofEpochSecond(second)) + "\r\n"));
            now = line;
        }
        return line.text;
    }
}
