package io.reactivestore;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Tells an answer as the headers of an HTTP response. */
final class HttpHeaders {

    private HttpHeaders() {}

    static void write(StoredObject object, BiConsumer<String, String> header) {
        ObjectInfo info = object.info();
        header.accept("ETag", '"' + info.etag() + '"');
        header.accept("Last-Modified", HttpConditions.formatDate(info.lastModified()));
        Attributes attributes = info.attributes() == null ? Attributes.none() : info.attributes();
        writeIfSet(header, "Cache-Control", attributes.cacheControl());
        if (attributes.expires() != null) {
            header.accept("Expires", HttpConditions.formatDate(attributes.expires()));
        }
        if (object.status() == StoredObject.Status.NOT_MODIFIED) {
            return;
        }
        header.accept("Accept-Ranges", "bytes");
        header.accept("Content-Length", Long.toString(object.span().length()));
        if (object.status() == StoredObject.Status.PARTIAL) {
            header.accept(
                    "Content-Range",
                    "bytes " + object.span().start() + "-" + (object.span().end() - 1) + "/" + info.size());
        }
        writeIfSet(header, "Content-Type", attributes.contentType());
        writeIfSet(header, "Content-Encoding", attributes.contentEncoding());
        writeIfSet(header, "Content-Disposition", attributes.contentDisposition());
        writeIfSet(header, "Content-Language", attributes.contentLanguage());
    }

    private static void writeIfSet(BiConsumer<String, String> header, String name, @Nullable String value) {
        if (value != null) {
            header.accept(name, value);
        }
    }
}
