package io.reactivestore.embeddeds3.latency;

/** A request that is answered with an error. */
final class S3Failure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    S3Failure(int status, String code) {
        super(status + " " + code, null, false, false);
        this.status = status;
        this.code = code;
    }

    static S3Failure noSuchKey() {
        return new S3Failure(404, "NoSuchKey");
    }

    static S3Failure noSuchUpload() {
        return new S3Failure(404, "NoSuchUpload");
    }

    static S3Failure preconditionFailed() {
        return new S3Failure(412, "PreconditionFailed");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
