package io.reactivestore.s3;

/** A page of a listing that is not what S3 sends. */
final class MalformedPageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedPageException(String message, Throwable cause) {
        super(message, cause);
    }
}
