package io.reactivestore.s3;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;

/** Reads times as S3 writes them in listings, in microseconds since the epoch. For one thread; remembers the last day. */
final class S3Times {

    /** The places of the digits in {@code 2024-01-31T23:59:59.999Z}, and what stands between them. */
    private static final String FORM = "dddd-dd-ddTdd:dd:dd.dddZ";

    private static final int DAY = 10;

    private final byte[] day = new byte[DAY];
    private long epochDay;

    /** Of a time that is told already. */
    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    /** Throws an IllegalArgumentException if it is none. */
    long micros(byte[] text, int length) {
        try {
            if (!isUsual(text, length)) {
                String other = new String(text, 0, length, StandardCharsets.UTF_8);
                return micros(OffsetDateTime.parse(other).toInstant());
            }
            if (!Arrays.equals(text, 0, DAY, day, 0, DAY)) {
                epochDay = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                        .toEpochDay();
                System.arraycopy(text, 0, day, 0, DAY);
            }
            long seconds =
                    ((epochDay * 24 + number(text, 11, 13)) * 60 + number(text, 14, 16)) * 60 + number(text, 17, 19);
            return (seconds * 1000 + number(text, 20, 23)) * 1000;
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("a time that is none", malformed);
        }
    }

    private static boolean isUsual(byte[] text, int length) {
        if (length != FORM.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char form = FORM.charAt(i);
            if (form == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form) {
                return false;
            }
        }
        return true;
    }

    private static int number(byte[] digits, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = 10 * number + digits[i] - '0';
        }
        return number;
    }
}
