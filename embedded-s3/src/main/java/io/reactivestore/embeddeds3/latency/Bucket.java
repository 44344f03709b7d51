package io.reactivestore.embeddeds3.latency;

import io.reactivestore.embeddeds3.latency.LatencySettings.BucketSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is in one bucket: computed keys, and above them what was put or deleted. */
final class Bucket {
    /*
     * How it works. An entry above hides the computed key of the same name; an entry without an object is a computed key that was
     * deleted. Virtual objects of the settings are entries above from the start.
     *
     *   state             written by        guard   seen by others
     *   above, uploads    any request       this    at once
     *
     * A condition is judged under the same lock under which the write is done, so that of several writers one wins.
     * Memory belongs to whoever made the object until it is in here; what leaves, gives it back.
     */

    /** An object, or null for the computed key of that name having been deleted. */
    record Entry(@Nullable S3Object object) {}

    private final ComputedKeys computed;
    private final Memory memory;
    private final TreeMap<byte[], Entry> above = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<String, Upload> uploads = new HashMap<>();
    private long uploadCount;

    Bucket(BucketSettings settings, Memory memory) {
        this.computed = new ComputedKeys(settings.keys(), settings.objectBytes());
        this.memory = memory;
        settings.objects().forEach((key, bytes) -> {
            byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
            above.put(utf8, new Entry(S3Object.virtual(utf8, utf8.length, bytes)));
        });
    }

    ComputedKeys computed() {
        return computed;
    }

    synchronized @Nullable S3Object find(byte[] key) {
        Entry entry = above.get(key);
        return entry != null ? entry.object() : computed.find(key);
    }

    /** @throws S3Failure if the conditions of the request are not met */
    synchronized void put(Request request, S3Object object) {
        Conditions.requireWrite(request, find(request.keyBytes()));
        replace(request.keyBytes(), new Entry(object));
    }

    /** Deletes what is there, if anything is. */
    synchronized void delete(byte[] key, @Nullable String ifMatch) {
        S3Object present = find(key);
        Conditions.requireMatch(ifMatch, present);
        if (computed.find(key) != null) {
            replace(key, new Entry(null));
        } else {
            replace(key, null);
        }
    }

    synchronized String createUpload(String key, String headers) {
        String id = "upload-" + ++uploadCount;
        uploads.put(id, new Upload(key, headers));
        return id;
    }

    synchronized void putPart(String id, String key, int number, Upload.Part part) {
        Upload.Part before = upload(id, key).parts().put(number, part);
        if (before != null) {
            memory.release(before.bytesStored());
        }
    }

    /**
     * Joins the parts.
     *
     * @param etags of the parts, by their numbers, as the client has them
     * @param join makes the object
     */
    synchronized S3Object completeUpload(Request request, String id, Map<Integer, String> etags, Join join) {
        Upload upload = upload(id, request.key());
        List<Upload.Part> parts = new ArrayList<>();
        etags.forEach((number, etag) -> {
            Upload.Part part = upload.parts().get(number);
            if (part == null || !part.etag().equals(etag)) {
                throw new S3Failure(400, "InvalidPart");
            }
            parts.add(part);
        });
        S3Object object = join.of(parts, upload.headers());
        put(request, object);
        uploads.remove(id);
        memory.release(upload.bytesStored() - object.bytesStored());
        return object;
    }

    /** Makes an object of parts, and of the header lines that came with the upload. */
    @FunctionalInterface
    interface Join {
        S3Object of(List<Upload.Part> parts, String headers);
    }

    synchronized void abortUpload(String id, String key) {
        memory.release(upload(id, key).bytesStored());
        uploads.remove(id);
    }

    /** Runs while nothing changes. */
    synchronized <T> T read(Listed<T> work) {
        return work.of(above);
    }

    /** Looks at what lies above the computed keys. */
    @FunctionalInterface
    interface Listed<T> {
        T of(NavigableMap<byte[], Entry> above);
    }

    synchronized long uploadsOpen() {
        return uploads.size();
    }

    /** Objects that were written. */
    synchronized long objectsStored() {
        return above.values().stream()
                .filter(entry ->
                        entry.object() != null && !entry.object().modified().equals(S3Object.VIRTUAL_TIME))
                .count();
    }

    private Upload upload(String id, String key) {
        Upload upload = uploads.get(id);
        if (upload == null || !upload.key().equals(key)) {
            throw S3Failure.noSuchUpload();
        }
        return upload;
    }

    private void replace(byte[] key, @Nullable Entry entry) {
        Entry before = entry == null ? above.remove(key) : above.put(key, entry);
        if (before != null && before.object() != null) {
            memory.release(before.object().bytesStored());
        }
    }
}
