package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.http.internal.LentBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.SdkInternalExecutionAttribute;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** Says our options in the SDK's requests. */
final class S3Requests {

    /** {@link PartCollector} copies what it is given, so the transport need not. */
    private static final AwsRequestOverrideConfiguration LENT_BODY = AwsRequestOverrideConfiguration.builder()
            .putExecutionAttribute(SdkInternalExecutionAttribute.SDK_HTTP_EXECUTION_ATTRIBUTES, LentBody.ATTRIBUTES)
            .build();

    private final String bucket;
    private final S3Dialect dialect;

    S3Requests(String bucket, S3Dialect dialect) {
        this.bucket = bucket;
        this.dialect = dialect;
    }

    /**
     * The first request of a read. Of the conditions it carries the one etag of {@code ifMatch} and of {@code ifNoneMatch} and the
     * date of {@code ifModifiedSince}, which spare bytes; whatever the server makes of them, all are judged again from the answer.
     * Several etags are only judged there: the protocol knows no more than one.
     */
    GetObjectRequest get(String key, ByteRange range, ReadOptions options) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(options.version())
                .range(range.toHttp())
                .overrideConfiguration(LENT_BODY)
                .ifMatch(onlyEtag(options.ifMatch()))
                .ifNoneMatch(onlyEtag(options.ifNoneMatch()))
                .ifModifiedSince(options.ifNoneMatch().isEmpty() ? options.ifModifiedSince() : null)
                .build();
    }

    /** A further request of a read, for bytes of the very version that the first one found. */
    GetObjectRequest getPinned(ObjectInfo pin, Span span) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(pin.key())
                .versionId(pin.version())
                .ifMatch(pin.version() == null ? S3Facts.quoted(pin.etag()) : null)
                .range(ByteRange.of(span.start(), span.end()).toHttp())
                .overrideConfiguration(LENT_BODY)
                .build();
    }

    GetObjectRequest getWhole(String key, @Nullable String version) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(version)
                .build();
    }

    HeadObjectRequest head(String key, @Nullable String version) {
        return HeadObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(version)
                .build();
    }

    HeadBucketRequest headBucket() {
        return HeadBucketRequest.builder().bucket(bucket).build();
    }

    PutObjectRequest put(String key, long length, WriteOptions options, @Nullable String token) {
        return put("put", key, length, options, token);
    }

    private PutObjectRequest put(
            String operation, String key, @Nullable Long length, WriteOptions options, @Nullable String token) {
        Attributes attributes = attributes(operation, key, options.attributes());
        return PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentLength(length)
                .ifNoneMatch(options.ifAbsent() ? ReadOptions.ANY : null)
                .ifMatch(writeEtag(options))
                .contentType(contentType(attributes))
                .cacheControl(attributes.cacheControl())
                .expires(attributes.expires())
                .contentEncoding(attributes.contentEncoding())
                .contentDisposition(attributes.contentDisposition())
                .contentLanguage(attributes.contentLanguage())
                .metadata(metadata(attributes, token))
                .storageClass(options.storageClass())
                .serverSideEncryption(options.encryption())
                .ssekmsKeyId(options.encryptionKeyId())
                .build();
    }

    /** A put that somebody else will make. What is not given is left to them. */
    PutObjectRequest putByOthers(String operation, String key, @Nullable Long length, WriteOptions options) {
        Attributes given = options.attributes() == null ? Attributes.none() : options.attributes();
        return put(operation, key, length, options, null).toBuilder()
                .contentType(given.contentType())
                .build();
    }

    CreateMultipartUploadRequest createUpload(
            String operation, String key, @Nullable Attributes given, WriteOptions options, String token) {
        Attributes attributes = attributes(operation, key, given);
        return CreateMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(contentType(attributes))
                .cacheControl(attributes.cacheControl())
                .expires(attributes.expires())
                .contentEncoding(attributes.contentEncoding())
                .contentDisposition(attributes.contentDisposition())
                .contentLanguage(attributes.contentLanguage())
                .metadata(metadata(attributes, token))
                .storageClass(options.storageClass())
                .serverSideEncryption(options.encryption())
                .ssekmsKeyId(options.encryptionKeyId())
                .build();
    }

    UploadPartRequest uploadPart(String key, String uploadId, int number, long length) {
        return UploadPartRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .partNumber(number)
                .contentLength(length)
                .build();
    }

    UploadPartCopyRequest copyPart(ObjectInfo from, String key, String uploadId, int number, Span span) {
        return UploadPartCopyRequest.builder()
                .sourceBucket(bucket)
                .sourceKey(from.key())
                .sourceVersionId(from.version())
                .copySourceIfMatch(S3Facts.quoted(from.etag()))
                .copySourceRange(ByteRange.of(span.start(), span.end()).toHttp())
                .destinationBucket(bucket)
                .destinationKey(key)
                .uploadId(uploadId)
                .partNumber(number)
                .build();
    }

    CompleteMultipartUploadRequest completeUpload(
            String key, String uploadId, List<CompletedPart> parts, WriteOptions options) {
        return CompleteMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .ifNoneMatch(options.ifAbsent() ? ReadOptions.ANY : null)
                .ifMatch(writeEtag(options))
                .multipartUpload(upload -> upload.parts(parts))
                .build();
    }

    AbortMultipartUploadRequest abortUpload(String key, String uploadId) {
        return AbortMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .build();
    }

    CopyObjectRequest copy(ObjectInfo from, String to, WriteOptions options, @Nullable String token) {
        CopyObjectRequest.Builder request = CopyObjectRequest.builder()
                .sourceBucket(bucket)
                .sourceKey(from.key())
                .sourceVersionId(from.version())
                .copySourceIfMatch(S3Facts.quoted(from.etag()))
                .destinationBucket(bucket)
                .destinationKey(to)
                .ifNoneMatch(options.ifAbsent() ? ReadOptions.ANY : null)
                .ifMatch(writeEtag(options))
                .storageClass(options.storageClass())
                .serverSideEncryption(options.encryption())
                .ssekmsKeyId(options.encryptionKeyId());
        if (options.attributes() == null) {
            return request.metadataDirective(MetadataDirective.COPY).build();
        }
        Attributes attributes = attributes("copy", to, options.attributes());
        return request.metadataDirective(MetadataDirective.REPLACE)
                .contentType(contentType(attributes))
                .cacheControl(attributes.cacheControl())
                .expires(attributes.expires())
                .contentEncoding(attributes.contentEncoding())
                .contentDisposition(attributes.contentDisposition())
                .contentLanguage(attributes.contentLanguage())
                .metadata(metadata(attributes, token))
                .build();
    }

    DeleteObjectRequest delete(String key, DeleteOptions options) {
        return DeleteObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(options.version())
                .ifMatch(options.ifMatch() == null ? null : writeEtag(options.ifMatch()))
                .build();
    }

    /** Asks to hear of failures only. */
    DeleteObjectsRequest deleteAll(Iterable<String> keys) {
        List<ObjectIdentifier> identifiers = new ArrayList<>();
        keys.forEach(key -> identifiers.add(ObjectIdentifier.builder().key(key).build()));
        return DeleteObjectsRequest.builder()
                .bucket(bucket)
                .delete(delete -> delete.objects(identifiers).quiet(true))
                .build();
    }

    ListObjectsV2Request list(ListOptions options, @Nullable String delimiter, @Nullable String token) {
        String prefix = options.prefix();
        String startAfter = options.startAfter();
        return ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(prefix.isEmpty() ? null : prefix)
                .delimiter(delimiter)
                .startAfter(token != null || startAfter == null || startAfter.isEmpty() ? null : startAfter)
                .continuationToken(token)
                .encodingType(dialect.urlEncodedLists() ? EncodingType.URL : null)
                .build();
    }

    private @Nullable String writeEtag(WriteOptions options) {
        return options.ifMatch() == null ? null : writeEtag(options.ifMatch());
    }

    private String writeEtag(String etag) {
        return dialect.quotedIfMatch() ? S3Facts.quoted(etag) : etag;
    }

    private static @Nullable String onlyEtag(List<String> etags) {
        return etags.size() == 1 && !etags.get(0).equals(ReadOptions.ANY) ? S3Facts.quoted(etags.get(0)) : null;
    }

    private static String contentType(Attributes attributes) {
        return attributes.contentType() == null ? S3Facts.NO_CONTENT_TYPE : attributes.contentType();
    }

    private static Map<String, String> metadata(Attributes attributes, @Nullable String token) {
        Map<String, String> metadata = new TreeMap<>(S3Metadata.encode(attributes.userMetadata()));
        if (token != null) {
            metadata.put(S3Metadata.WRITE_TOKEN, token);
        }
        return metadata;
    }

    /** @throws StoreUnsupportedException if a header cannot carry them; user metadata always can, since it is encoded */
    private static Attributes attributes(String operation, String key, @Nullable Attributes given) {
        Attributes attributes = given == null ? Attributes.none() : given;
        requireAscii(operation, key, "content type", attributes.contentType());
        requireAscii(operation, key, "cache-control", attributes.cacheControl());
        requireAscii(operation, key, "content encoding", attributes.contentEncoding());
        requireAscii(operation, key, "content disposition", attributes.contentDisposition());
        requireAscii(operation, key, "content language", attributes.contentLanguage());
        return attributes;
    }

    private static void requireAscii(String operation, String key, String name, @Nullable String value) {
        if (value != null && value.chars().anyMatch(c -> c > 0x7e)) {
            throw new StoreUnsupportedException(operation, key, "S3 keeps only ASCII in the " + name, null);
        }
    }
}
