package io.reactivestore.cache.internal;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Text in records on disk: an int of how many bytes, -1 for none, and UTF-8. */
public final class RecordText {

    private RecordText() {}

    /** Appends a text, or that there is none. */
    public static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** The text at the position, which moves behind it; null if there is none. */
    public static @Nullable String read(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The same, empty if there is none. */
    public static String require(ByteBuffer in) {
        String text = read(in);
        return text == null ? "" : text;
    }
}
