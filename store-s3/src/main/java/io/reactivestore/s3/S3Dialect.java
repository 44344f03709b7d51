package io.reactivestore.s3;

import io.reactivestore.StoreCapabilities.ListOrder;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a server makes of the S3 protocol. Immutable; {@link #aws()} is Amazon's own.
 *
 * <table>
 *   <caption>The presets, by what goes over the wire</caption>
 *   <tr><th></th><th>{@link #aws()}</th><th>{@link #s3Compatible()}</th><th>{@link #strictLegacy()}</th></tr>
 *   <tr><td>a put, a part</td><td>{@code Content-Encoding: aws-chunked}, {@code x-amz-trailer: x-amz-checksum-crc32}, {@code
 *   x-amz-sdk-checksum-algorithm}, {@code x-amz-decoded-content-length}, {@code x-amz-content-sha256:
 *   STREAMING-UNSIGNED-PAYLOAD-TRAILER}</td><td>{@code x-amz-content-sha256: UNSIGNED-PAYLOAD}</td><td>as the second</td></tr>
 *   <tr><td>of several MiB also</td><td>{@code Expect: 100-continue}</td><td>{@code Expect: 100-continue}</td><td>{@code Expect:
 *   100-continue}</td></tr>
 *   <tr><td>a get</td><td>{@code x-amz-checksum-crc32}, {@code x-amz-te: append-md5}</td><td>neither</td><td>neither</td></tr>
 *   <tr><td>a bulk delete</td><td>{@code x-amz-checksum-crc32}, {@code x-amz-sdk-checksum-algorithm}</td><td>as the
 *   first</td><td>{@code Content-MD5} instead</td></tr>
 *   <tr><td>a listing</td><td>{@code encoding-type=url}</td><td>{@code encoding-type=url}</td><td>plain XML</td></tr>
 *   <tr><td>{@code If-Match} of a write</td><td>{@code "etag"}</td><td>{@code "etag"}</td><td>{@code etag}</td></tr>
 *   <tr><td>addressing</td><td>{@code bucket.host/key}</td><td>{@code host/bucket/key}</td><td>{@code host/bucket/key}</td></tr>
 *   <tr><td>conditional writes</td><td>trusted</td><td>probed</td><td>probed</td></tr>
 * </table>
 *
 * <p>Besides, each request carries what any request of the SDK does: {@code Host}, {@code Authorization}, {@code X-Amz-Date}, {@code
 * User-Agent}, {@code amz-sdk-invocation-id}, {@code amz-sdk-request}.
 *
 * <p>A server that ignores a condition answers success, and two writers win. So where it is not known that the server enforces them,
 * conditions are probed before they are relied on ({@link #withProbedConditions}); a write whose condition it does not enforce fails with
 * {@link io.reactivestore.error.StoreUnsupportedException}, as it does where the dialect says that there is no such condition.
 */
public final class S3Dialect {

    /** When the SDK computes and checks checksums of its own accord. */
    public enum Checksums {
        /** Of every upload and every whole object: what Amazon asks for. Servers from before 2025 often refuse it. */
        WHEN_SUPPORTED,
        /** Only where the protocol demands one. Lengths are checked in any case. */
        WHEN_REQUIRED
    }

    private static final S3Dialect AWS = new S3Dialect(new Draft().settings());
    private static final S3Dialect COMPATIBLE =
            AWS.withChecksums(Checksums.WHEN_REQUIRED).withPathStyle(true).withProbedConditions(true);
    private static final S3Dialect LEGACY =
            COMPATIBLE.withQuotedIfMatch(false).withUrlEncodedLists(false).withBulkDeleteMd5(true);

    private final Settings settings;

    private S3Dialect(Settings settings) {
        this.settings = settings;
    }

    /** Amazon S3. */
    public static S3Dialect aws() {
        return AWS;
    }

    /** A server that speaks today's protocol, of which nothing more is known. */
    public static S3Dialect s3Compatible() {
        return COMPATIBLE;
    }

    /** A server that knows nothing newer than about 2020, such as Ceph Pacific. */
    public static S3Dialect strictLegacy() {
        return LEGACY;
    }

    /** When checksums are sent and checked. A client that was passed in keeps its own setting. */
    public S3Dialect withChecksums(Checksums checksums) {
        return edit(draft -> draft.checksums = checksums);
    }

    /** Sends a bulk delete with {@code Content-MD5} instead of a CRC32. A client that was passed in keeps its own setting. */
    public S3Dialect withBulkDeleteMd5(boolean bulkDeleteMd5) {
        return edit(draft -> draft.bulkDeleteMd5 = bulkDeleteMd5);
    }

    /** Puts the etag of a conditional write in quotes, as HTTP wants it. Some servers compare the quotes too. */
    public S3Dialect withQuotedIfMatch(boolean quotedIfMatch) {
        return edit(draft -> draft.quotedIfMatch = quotedIfMatch);
    }

    /**
     * Asks for url-encoded names in lists. Without, a key with a character that XML cannot carry could never be listed, and so is
     * refused.
     */
    public S3Dialect withUrlEncodedLists(boolean urlEncodedLists) {
        return edit(draft -> draft.urlEncodedLists = urlEncodedLists);
    }

    /** Puts the bucket into the path instead of the host. A client that was passed in keeps its own setting. */
    public S3Dialect withPathStyle(boolean pathStyle) {
        return edit(draft -> draft.pathStyle = pathStyle);
    }

    /** In which order the server lists. Without one, bounds of listings are refused. */
    public S3Dialect withListOrder(ListOrder listOrder) {
        return edit(draft -> draft.listOrder = listOrder);
    }

    /**
     * Proves each condition that the dialect has before it is first relied on, instead of taking the dialect's word. What that
     * writes and deletes is told at {@link S3StoreBuilder#probePrefix}.
     */
    public S3Dialect withProbedConditions(boolean probedConditions) {
        return edit(draft -> draft.probedConditions = probedConditions);
    }

    /** Whether the server has the conditions of a put in one request. */
    public S3Dialect withConditionalPut(boolean conditionalPut) {
        return edit(draft -> draft.conditionalPut = conditionalPut);
    }

    /** Whether it has the conditions of an upload in parts too. */
    public S3Dialect withConditionalMultipart(boolean conditionalMultipart) {
        return edit(draft -> draft.conditionalMultipart = conditionalMultipart);
    }

    /** Whether it has the condition of a delete. */
    public S3Dialect withConditionalDelete(boolean conditionalDelete) {
        return edit(draft -> draft.conditionalDelete = conditionalDelete);
    }

    /** Whether it has the conditions of a copy, on its target. */
    public S3Dialect withConditionalCopy(boolean conditionalCopy) {
        return edit(draft -> draft.conditionalCopy = conditionalCopy);
    }

    public Checksums checksums() {
        return settings.checksums;
    }

    public boolean bulkDeleteMd5() {
        return settings.bulkDeleteMd5;
    }

    public boolean quotedIfMatch() {
        return settings.quotedIfMatch;
    }

    public boolean urlEncodedLists() {
        return settings.urlEncodedLists;
    }

    public boolean pathStyle() {
        return settings.pathStyle;
    }

    public ListOrder listOrder() {
        return settings.listOrder;
    }

    public boolean probedConditions() {
        return settings.probedConditions;
    }

    public boolean conditionalPut() {
        return settings.conditionalPut;
    }

    public boolean conditionalMultipart() {
        return settings.conditionalMultipart;
    }

    public boolean conditionalDelete() {
        return settings.conditionalDelete;
    }

    public boolean conditionalCopy() {
        return settings.conditionalCopy;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof S3Dialect other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "S3Dialect" + settings.toString().substring("Settings".length());
    }

    private S3Dialect edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new S3Dialect(draft.settings());
    }

    private static final class Draft {
        Checksums checksums = Checksums.WHEN_SUPPORTED;
        boolean bulkDeleteMd5;
        boolean quotedIfMatch = true;
        boolean urlEncodedLists = true;
        boolean pathStyle;
        ListOrder listOrder = ListOrder.UTF8;
        boolean probedConditions;
        boolean conditionalPut = true;
        boolean conditionalMultipart = true;
        boolean conditionalDelete = true;
        boolean conditionalCopy = true;

        Draft() {}

        Draft(Settings s) {
            checksums = s.checksums;
            bulkDeleteMd5 = s.bulkDeleteMd5;
            quotedIfMatch = s.quotedIfMatch;
            urlEncodedLists = s.urlEncodedLists;
            pathStyle = s.pathStyle;
            listOrder = s.listOrder;
            probedConditions = s.probedConditions;
            conditionalPut = s.conditionalPut;
            conditionalMultipart = s.conditionalMultipart;
            conditionalDelete = s.conditionalDelete;
            conditionalCopy = s.conditionalCopy;
        }

        Settings settings() {
            return new Settings(
                    checksums,
                    bulkDeleteMd5,
                    quotedIfMatch,
                    urlEncodedLists,
                    pathStyle,
                    listOrder,
                    probedConditions,
                    conditionalPut,
                    conditionalMultipart,
                    conditionalDelete,
                    conditionalCopy);
        }
    }

    private record Settings(
            Checksums checksums,
            boolean bulkDeleteMd5,
            boolean quotedIfMatch,
            boolean urlEncodedLists,
            boolean pathStyle,
            ListOrder listOrder,
            boolean probedConditions,
            boolean conditionalPut,
            boolean conditionalMultipart,
            boolean conditionalDelete,
            boolean conditionalCopy) {

        Settings {
            Objects.requireNonNull(checksums, "checksums");
            Objects.requireNonNull(listOrder, "listOrder");
        }
    }
}
