package io.reactivestore.s3;

import io.reactivestore.Keys;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures how far keys lie apart, and names keys in between, by what keys it has seen look like. Not thread-safe. */
final class KeyRuler {
    /*
     * How it works. At each place of a key, counted in code points, some symbols have been seen. A key is a number whose digits are the
     * ordinals of its symbols among those of their place: where all keys have the same symbol the radix is one, and the place does not count.
     * So 000999 and 001000 are neighbours, also with a slash in between. If all symbols of a place are decimal digits, all ten are taken as
     * seen, and likewise the hexadecimal ones. That a key may end is a symbol too, less than all others.
     *
     * Numbers are comparable only as long as nothing is learnt in between.
     */

    private static final int MAX_PLACES = 512;
    private static final int MAX_SYMBOLS = 256;

    private final List<Place> places = new ArrayList<>();

    /** Takes notice of a key that is there. */
    void learn(String key) {
        int at = 0;
        int place = 0;
        for (; at < key.length() && place < MAX_PLACES; place++) {
            int symbol = key.codePointAt(at);
            place(place).see(symbol);
            at += Character.charCount(symbol);
        }
        if (at == key.length()) {
            place(place).ends = true;
        }
    }

    /** At how many places, from the first, two keys have the same symbols. */
    static int sharedPlaces(String a, String b) {
        int at = 0;
        int place = 0;
        while (at < a.length() && at < b.length()) {
            int symbol = a.codePointAt(at);
            if (symbol != b.codePointAt(at)) {
                break;
            }
            at += Character.charCount(symbol);
            place++;
        }
        return place;
    }

    /** How many symbols, at a place, lie from one key to a greater one; at least 1. */
    int symbolsApart(String a, String b, int place) {
        if (place >= places.size()) {
            return 1;
        }
        int low = offset(a, place);
        int high = offset(b, place);
        Place at = places.get(place);
        int from = low < a.length() ? at.ordinal(a.codePointAt(low)) : 0;
        int to = high < b.length() ? at.ordinal(b.codePointAt(high)) : 0;
        return Math.max(1, to - from);
    }

    /** The place before which there are so many different numbers from a place on, or the last place. */
    int fine(int from, long numbers) {
        long different = 1;
        int to = from;
        while (to < places.size() && different < numbers) {
            different *= places.get(to++).radix();
        }
        return to;
    }

    /** A key as a number of the places from {@code from} up to before {@code to}. */
    BigInteger value(String key, int from, int to) {
        Digits digits = new Digits();
        int at = offset(key, from);
        boolean isExact = true;
        for (int i = from; i < to; i++) {
            Place place = i < places.size() ? places.get(i) : Place.NEVER_SEEN;
            int digit = 0;
            if (isExact && at < key.length()) {
                int symbol = key.codePointAt(at);
                at += Character.charCount(symbol);
                digit = place.ordinal(symbol);
                isExact = digit < place.radix() && place.symbol(digit) == symbol;
            } else {
                isExact = false;
            }
            digits.append(digit, place.radix());
        }
        return digits.value();
    }

    /** One more than the greatest number of these places. */
    BigInteger end(int from, int to) {
        Digits digits = new Digits();
        digits.append(1, 1);
        for (int i = from; i < Math.min(to, places.size()); i++) {
            digits.append(0, places.get(i).radix());
        }
        return digits.value();
    }

    /**
     * The key of a number.
     *
     * @param like has the symbols of the places before {@code from}
     * @return null if the number has no key, or one that is too long
     */
    @Nullable String key(String like, BigInteger value, int from, int to) {
        int[] digits = new int[to - from];
        BigInteger rest = value;
        for (int i = to - 1; i >= from; i--) {
            int radix = i < places.size() ? places.get(i).radix() : 1;
            if (radix > 1) {
                BigInteger[] parts = rest.divideAndRemainder(BigInteger.valueOf(radix));
                rest = parts[0];
                digits[i - from] = parts[1].intValue();
            }
        }
        if (rest.signum() != 0) {
            return null;
        }
        StringBuilder key = new StringBuilder(like.substring(0, offset(like, from)));
        for (int i = from; i < Math.min(to, places.size()); i++) {
            int symbol = places.get(i).symbol(digits[i - from]);
            if (symbol < 0) {
                break;
            }
            key.appendCodePoint(symbol);
        }
        return legal(key);
    }

    /** A key halfway between two that first differ at a place, by the symbols seen there; null if there is none in between. */
    @Nullable String between(String a, String b, int place) {
        if (place >= places.size()) {
            return null;
        }
        int from = offset(a, place);
        int to = offset(b, place);
        if (to == b.length()) {
            return null;
        }
        int low = from == a.length() ? -1 : a.codePointAt(from);
        int high = b.codePointAt(to);
        int symbol = places.get(place).between(low, high);
        return symbol < 0 ? null : legal(new StringBuilder(a.substring(0, offset(a, place))).appendCodePoint(symbol));
    }

    /** A key beyond all that begin like this one and go on, at a place, with a symbol that was seen there. */
    @Nullable String beyond(String like, int place) {
        int last = place < places.size() ? places.get(place).last() : -1;
        if (last < 0 || last == Character.MAX_CODE_POINT) {
            return null;
        }
        return legal(new StringBuilder(like.substring(0, offset(like, place))).appendCodePoint(next(last)));
    }

    private static int next(int symbol) {
        return symbol + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : symbol + 1;
    }

    private static @Nullable String legal(StringBuilder key) {
        String text = key.toString();
        return text.isEmpty() || Keys.utf8Length(text) > Keys.MAX_BYTES ? null : text;
    }

    private static int offset(String key, int place) {
        return place <= 0
                ? 0
                : key.codePointCount(0, key.length()) <= place ? key.length() : key.offsetByCodePoints(0, place);
    }

    private Place place(int index) {
        while (places.size() <= index) {
            places.add(new Place());
        }
        return places.get(index);
    }

    /** Multiplies in machine words as long as they hold it. */
    private static final class Digits {

        private BigInteger high = BigInteger.ZERO;
        private long low;
        private long scale = 1;

        void append(int digit, int radix) {
            if (radix == 1 && digit == 0) {
                return;
            }
            if (scale > Integer.MAX_VALUE) {
                flush();
            }
            low = low * radix + digit;
            scale *= radix;
        }

        BigInteger value() {
            flush();
            return high;
        }

        private void flush() {
            high = high.multiply(BigInteger.valueOf(scale)).add(BigInteger.valueOf(low));
            low = 0;
            scale = 1;
        }
    }

    /** What was seen at one place. */
    private static final class Place {

        private static final Place NEVER_SEEN = new Place();
        private static final int[] DECIMAL = "0123456789".codePoints().toArray();
        private static final int[] LOWER_HEX = "0123456789abcdef".codePoints().toArray();
        private static final int[] UPPER_HEX = "0123456789ABCDEF".codePoints().toArray();

        private int[] seen = {};
        private int[] symbols = {};
        private boolean ends;

        void see(int symbol) {
            int at = Arrays.binarySearch(seen, symbol);
            if (at >= 0 || seen.length == MAX_SYMBOLS) {
                return;
            }
            int[] more = new int[seen.length + 1];
            System.arraycopy(seen, 0, more, 0, ~at);
            more[~at] = symbol;
            System.arraycopy(seen, ~at, more, ~at + 1, seen.length - ~at);
            seen = more;
            symbols = isAmong(seen, DECIMAL)
                    ? DECIMAL
                    : isAmong(seen, LOWER_HEX) && seen[0] <= '9'
                            ? LOWER_HEX
                            : isAmong(seen, UPPER_HEX) && seen[0] <= '9' ? UPPER_HEX : seen;
        }

        int radix() {
            return Math.max(1, symbols.length + (ends ? 1 : 0));
        }

        /** Of a symbol that was never seen, that of the next greater one. */
        int ordinal(int symbol) {
            int at = Arrays.binarySearch(symbols, symbol);
            return (at >= 0 ? at : ~at) + (ends ? 1 : 0);
        }

        /** Negative if that is the end of the key. */
        int symbol(int ordinal) {
            int at = ordinal - (ends ? 1 : 0);
            return at < 0 || at >= symbols.length ? -1 : symbols[at];
        }

        int last() {
            return symbols.length == 0 ? -1 : symbols[symbols.length - 1];
        }

        int between(int low, int high) {
            int from = Arrays.binarySearch(symbols, low);
            int to = Arrays.binarySearch(symbols, high);
            int first = from >= 0 ? from + 1 : ~from;
            int end = to >= 0 ? to : ~to;
            return first < end ? symbols[(first + end) >>> 1] : -1;
        }

        private static boolean isAmong(int[] some, int[] all) {
            for (int symbol : some) {
                if (Arrays.binarySearch(all, symbol) < 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
