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

    /** How many bytes {@link #write} appends. */
    public static int length(@Nullable String text) {
        int bytes = Integer.BYTES;
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                bytes += pair ? 4 : 1; // alone it is a question mark
                i += pair ? 1 : 0;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes;
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
