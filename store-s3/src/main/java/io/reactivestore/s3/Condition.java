package io.reactivestore.s3;

import io.reactivestore.DeleteOptions;
import io.reactivestore.WriteOptions;
import org.jspecify.annotations.Nullable;

/** What a write can be made to depend on. A server may know one of these and ignore another. */
enum Condition {
    PUT_IF_ABSENT("If-None-Match of a put"),
    PUT_IF_MATCH("If-Match of a put"),
    PARTS_IF_ABSENT("If-None-Match of an upload in parts"),
    PARTS_IF_MATCH("If-Match of an upload in parts"),
    COPY_IF_ABSENT("If-None-Match of a copy"),
    COPY_IF_MATCH("If-Match of a copy"),
    DELETE_IF_MATCH("If-Match of a delete");

    private final String text;

    Condition(String text) {
        this.text = text;
    }

    /** What a put in one request depends on, or null for nothing. */
    static @Nullable Condition ofPut(WriteOptions options) {
        return of(options, PUT_IF_ABSENT, PUT_IF_MATCH);
    }

    static @Nullable Condition ofParts(WriteOptions options) {
        return of(options, PARTS_IF_ABSENT, PARTS_IF_MATCH);
    }

    static @Nullable Condition ofCopy(WriteOptions options) {
        return of(options, COPY_IF_ABSENT, COPY_IF_MATCH);
    }

    static @Nullable Condition ofDelete(DeleteOptions options) {
        return options.ifMatch() == null ? null : DELETE_IF_MATCH;
    }

    private static @Nullable Condition of(WriteOptions options, Condition ifAbsent, Condition ifMatch) {
        return options.ifAbsent() ? ifAbsent : options.ifMatch() != null ? ifMatch : null;
    }

    boolean isIfAbsent() {
        return this == PUT_IF_ABSENT || this == PARTS_IF_ABSENT || this == COPY_IF_ABSENT;
    }

    boolean isIn(S3Dialect dialect) {
        return switch (this) {
            case PUT_IF_ABSENT, PUT_IF_MATCH -> dialect.conditionalPut();
            case PARTS_IF_ABSENT, PARTS_IF_MATCH -> dialect.conditionalMultipart();
            case COPY_IF_ABSENT, COPY_IF_MATCH -> dialect.conditionalCopy();
            case DELETE_IF_MATCH -> dialect.conditionalDelete();
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
