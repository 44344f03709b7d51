package io.reactivestore;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the conditions and the range of an HTTP request, and formats HTTP dates. */
final class HttpConditions {

    /** {@code 0-9}, {@code 10-} or {@code -5}: exactly one range. */
    private static final Pattern RANGE =
            Pattern.compile("bytes\\s*=\\s*(\\d*)\\s*-\\s*(\\d*)", Pattern.CASE_INSENSITIVE);

    /** One element of a list of etags, which may be empty; inside the quotes anything but a quote. */
    private static final Pattern ETAG = Pattern.compile("\\s*(?:(W/)?\"([^\"]*)\")?\\s*(?:,|$)");

    /** Text that no etag can be, because of its quotes: a condition in which nothing was understood must fail, not vanish. */
    private static final String NEVER = "\"\"";

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** The three forms that a recipient must understand; two digits of a year mean one from 1970 on. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC));

    private HttpConditions() {}

    static ReadOptions read(Function<String, ? extends @Nullable List<String>> fields) {
        Function<String, @Nullable String> header = name -> {
            List<String> values = fields.apply(name);
            return values == null || values.isEmpty() ? null : String.join(", ", values);
        };
        ReadOptions options = ReadOptions.defaults()
                .withIfModifiedSince(date(header.apply("If-Modified-Since")))
                .withIfUnmodifiedSince(date(header.apply("If-Unmodified-Since")));
        String[] ifMatch = etags(header.apply("If-Match"), false);
        options = ifMatch.length == 0 ? options : options.withIfMatch(ifMatch);
        String[] ifNoneMatch = etags(header.apply("If-None-Match"), true);
        options = ifNoneMatch.length == 0 ? options : options.withIfNoneMatch(ifNoneMatch);
        ByteRange range = range(header.apply("Range"));
        String ifRange = header.apply("If-Range");
        if (range == null || ifRange == null) {
            return options.withRange(range);
        }
        String[] strong = etags(ifRange, false);
        // A date or a weak etag cannot prove that the parts fit together: the whole object is always right.
        return strong.length == 1 && !strong[0].equals(NEVER) && !strong[0].equals(ReadOptions.ANY)
                ? options.withRange(range).withIfRange(strong[0])
                : options;
    }

    static String formatDate(Instant time) {
        return IMF_FIXDATE.format(time);
    }

    private static @Nullable ByteRange range(@Nullable String value) {
        Matcher m = value == null ? null : RANGE.matcher(value.trim());
        if (m == null || !m.matches()) {
            return null;
        }
        String first = m.group(1);
        String last = m.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() || number(last) == 0 ? null : ByteRange.suffix(number(last));
        }
        long start = number(first);
        if (last.isEmpty()) {
            return ByteRange.from(start);
        }
        long end = Math.min(number(last), Long.MAX_VALUE - 1) + 1;
        return end > start ? ByteRange.of(start, end) : null;
    }

    /** A number of any length; what no long can hold is past the end of every object. */
    private static long number(String digits) {
        BigInteger value = new BigInteger(digits);
        return value.bitLength() < Long.SIZE ? value.longValue() : Long.MAX_VALUE;
    }

    /**
     * The etags of a field, none if it is absent, {@link #NEVER} if it is there but nothing in it counts.
     *
     * @param weakToo whether weak etags count: they do in If-None-Match, whose comparison is weak
     */
    private static String[] etags(@Nullable String value, boolean weakToo) {
        if (value == null) {
            return new String[0];
        }
        if (value.trim().equals(ReadOptions.ANY)) {
            return new String[] {ReadOptions.ANY};
        }
        List<String> etags = new ArrayList<>();
        Matcher m = ETAG.matcher(value);
        while (m.regionStart() < value.length() && m.lookingAt()) {
            String etag = m.group(2);
            if (etag != null && (m.group(1) == null || weakToo) && !etag.equals(ReadOptions.ANY)) {
                etags.add(etag);
            }
            m.region(m.end(), value.length());
        }
        return etags.isEmpty() ? new String[] {NEVER} : etags.toArray(String[]::new);
    }

    private static @Nullable Instant date(@Nullable String value) {
        if (value == null) {
            return null;
        }
        for (DateTimeFormatter form : DATES) {
            try {
                return form.parse(value.trim(), Instant::from);
            } catch (DateTimeException another) {
                // The next form, or none: a condition with a malformed date does not count.
            }
        }
        return null;
    }
}
