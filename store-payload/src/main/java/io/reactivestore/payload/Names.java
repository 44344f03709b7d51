package io.reactivestore.payload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the two halves of a payload lie: {@code ab/ab12….payload} and {@code ab/ab12….meta.json}. */
final class Names {

    private static final Pattern OURS = Pattern.compile("([0-9a-f]{2})/(\\1[0-9a-f]{62})(\\.payload|\\.meta\\.json)");

    private Names() {}

    static String payload(PayloadKey key) {
        return stem(key) + ".payload";
    }

    static String meta(PayloadKey key) {
        return stem(key) + ".meta.json";
    }

    /** Whose half this object is; null if it is somebody else's. */
    static @Nullable PayloadKey keyOf(String name) {
        Matcher ours = OURS.matcher(name);
        return ours.matches() ? new PayloadKey(ours.group(2)) : null;
    }

    private static String stem(PayloadKey key) {
        return key.hex().substring(0, 2) + "/" + key.hex();
    }
}
