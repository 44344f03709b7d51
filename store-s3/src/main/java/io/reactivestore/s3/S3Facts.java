package io.reactivestore.s3;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Reads the facts about objects out of answers. Where the store was not told that versions are kept, it shows none: it could not be
 * asked for.
 */
final class S3Facts {

    /**
     * What S3 says of an object that was put without a content type, and what we put there ourselves, since the SDK would send
     * another one. Told as none.
     *
     * @source Amazon S3 API Reference, PutObject, Content-Type
     */
    static final String NO_CONTENT_TYPE = "binary/octet-stream";

    /** The version of what was put into an unversioned bucket. Nothing is pinned by it: it may be overwritten. */
    private static final String NO_VERSION = "null";

    private final boolean versions;

    S3Facts(boolean versions) {
        this.versions = versions;
    }

    ObjectInfo of(String key, HeadObjectResponse answer) {
        Long length = answer.contentLength();
        return new ObjectInfo(
                key,
                length == null ? 0 : length,
                unquoted(answer.eTag()),
                version(answer.versionId()),
                instant(answer.lastModified()),
                attributes(
                        answer.contentType(),
                        answer.cacheControl(),
                        answer.expiresString(),
                        answer.contentEncoding(),
                        answer.contentDisposition(),
                        answer.contentLanguage(),
                        answer.metadata()));
    }

    /** @param size of the whole object, while the answer may carry a part */
    ObjectInfo of(String key, GetObjectResponse answer, long size) {
        return new ObjectInfo(
                key,
                size,
                unquoted(answer.eTag()),
                version(answer.versionId()),
                instant(answer.lastModified()),
                attributes(
                        answer.contentType(),
                        answer.cacheControl(),
                        answer.expiresString(),
                        answer.contentEncoding(),
                        answer.contentDisposition(),
                        answer.contentLanguage(),
                        answer.metadata()));
    }

    /**
     * When an answer was made, by the server's clock if it tells. An answer to a put has no last-modified; this is at most the
     * time of the request later.
     */
    static Instant answeredAt(SdkResponse answer, Clock clock) {
        String date = answer.sdkHttpResponse().firstMatchingHeader("Date").orElse(null);
        Instant time = date(date);
        return time == null ? clock.instant() : time;
    }

    /** An etag as everybody else shall see it; empty if the server sent none. */
    static String unquoted(@Nullable String etag) {
        if (etag == null) {
            return "";
        }
        boolean quoted = etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"");
        return quoted ? etag.substring(1, etag.length() - 1) : etag;
    }

    static String quoted(String etag) {
        return etag.startsWith("W/") ? etag : '"' + etag + '"';
    }

    @Nullable String version(@Nullable String version) {
        return !versions || version == null || version.isEmpty() || version.equals(NO_VERSION) ? null : version;
    }

    private static Attributes attributes(
            @Nullable String contentType,
            @Nullable String cacheControl,
            @Nullable String expires,
            @Nullable String contentEncoding,
            @Nullable String contentDisposition,
            @Nullable String contentLanguage,
            Map<String, String> metadata) {
        return Attributes.none()
                .withContentType(NO_CONTENT_TYPE.equals(contentType) ? null : nullIfEmpty(contentType))
                .withCacheControl(nullIfEmpty(cacheControl))
                .withExpires(date(expires))
                .withContentEncoding(nullIfEmpty(withoutChunking(contentEncoding)))
                .withContentDisposition(nullIfEmpty(contentDisposition))
                .withContentLanguage(nullIfEmpty(contentLanguage))
                .withUserMetadata(S3Metadata.decode(metadata));
    }

    /** Some servers keep {@code aws-chunked}, which is how the upload was framed, as an encoding of the object. */
    private static @Nullable String withoutChunking(@Nullable String contentEncoding) {
        return contentEncoding == null
                ? null
                : Arrays.stream(contentEncoding.split(","))
                        .map(String::trim)
                        .filter(encoding -> !encoding.equalsIgnoreCase("aws-chunked"))
                        .collect(Collectors.joining(", "));
    }

    private static @Nullable String nullIfEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? null : S3Metadata.withoutControls(value);
    }

    private static @Nullable Instant date(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.trim(), Instant::from);
        } catch (DateTimeException malformed) {
            return null;
        }
    }

    private static Instant instant(@Nullable Instant time) {
        return time == null ? Instant.EPOCH : time;
    }
}
