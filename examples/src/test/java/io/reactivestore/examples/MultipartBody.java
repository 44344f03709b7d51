package io.reactivestore.examples;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The body of a form with files, as a browser sends it. */
final class MultipartBody {

    static final String CONTENT_TYPE = "multipart/form-data;boundary=frontier";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    MultipartBody file(String name, byte[] content) {
        write("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n");
        bytes.writeBytes(content);
        write("\r\n");
        return this;
    }

    byte[] end() {
        write("--frontier--\r\n");
        return bytes.toByteArray();
    }

    private void write(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
