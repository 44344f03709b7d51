package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.time.Duration;

/** One way in which a request goes wrong. {@link FaultRule} says for which requests. */
public final class Fault implements Serializable {

    /** What happens, as the counters tell it. */
    public enum Kind {
        CUT_HEAD,
        CUT_BODY,
        RESET_BODY,
        STALL_BODY,
        WRONG_LENGTH,
        WRONG_ETAG,
        STATUS,
        RESET_REQUEST,
        DROPPED_REQUEST,
        LOST_ANSWER,
        SILENCE,
        DELAY
    }

    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final long amount;
    private final String code;

    private Fault(Kind kind, long amount, String code) {
        this.kind = kind;
        this.amount = amount;
        this.code = code;
    }

    /** The connection is closed after so many bytes of the answer's status line and headers. */
    public static Fault cutHead(int bytes) {
        return new Fault(Kind.CUT_HEAD, notNegative("cutHead", bytes), "");
    }

    /** The connection is closed after the headers and so many bytes of the body; an answer with a shorter body is whole. */
    public static Fault cutBody(long bytes) {
        return new Fault(Kind.CUT_BODY, notNegative("cutBody", bytes), "");
    }

    /** Like {@link #cutBody}, but the connection is reset. What the client has not read by then may be lost to it. */
    public static Fault resetBody(long bytes) {
        return new Fault(Kind.RESET_BODY, notNegative("resetBody", bytes), "");
    }

    /** After so many bytes of the body nothing more comes, and the connection stays open. */
    public static Fault stallBody(long bytes) {
        return new Fault(Kind.STALL_BODY, notNegative("stallBody", bytes), "");
    }

    /** The body is as it should be, but so many bytes more, or fewer, are announced; then the connection is closed. */
    public static Fault wrongLength(int bytes) {
        return new Fault(Kind.WRONG_LENGTH, bytes, "");
    }

    /** An answer that has an etag has another one. */
    public static Fault wrongEtag() {
        return new Fault(Kind.WRONG_ETAG, 0, "");
    }

    /** The request is not carried out, but answered with an error. */
    public static Fault status(int status, String code) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: need 400..599, was " + status);
        }
        return new Fault(Kind.STATUS, status, code);
    }

    /** The service asks for fewer requests: 503, {@code SlowDown}. */
    public static Fault slowDown() {
        return status(503, "SlowDown");
    }

    /** The connection is reset when the headers and so many bytes of the request's body have come. Nothing is carried out. */
    public static Fault resetRequest(long bytes) {
        return new Fault(Kind.RESET_REQUEST, notNegative("resetRequest", bytes), "");
    }

    /** The request is read to its end, not carried out, and the connection is closed without an answer. */
    public static Fault droppedRequest() {
        return new Fault(Kind.DROPPED_REQUEST, 0, "");
    }

    /** The request is carried out, and the connection is closed without an answer. */
    public static Fault lostAnswer() {
        return new Fault(Kind.LOST_ANSWER, 0, "");
    }

    /** The request is carried out and never answered, and the connection stays open. */
    public static Fault silence() {
        return new Fault(Kind.SILENCE, 0, "");
    }

    /** The answer comes so much later than it would; the time is one of the law, so that the speed of the server applies. */
    public static Fault delay(Duration time) {
        return new Fault(Kind.DELAY, notNegative("delay", time.toNanos()), "");
    }

    public Kind kind() {
        return kind;
    }

    /** Bytes, status, or nanoseconds. */
    long amount() {
        return amount;
    }

    String code() {
        return code;
    }

    @Override
    public String toString() {
        return kind + "(" + amount + (code.isEmpty() ? ")" : " " + code + ")");
    }

    private static long notNegative(String what, long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException(what + ": need at least 0, was " + amount);
        }
        return amount;
    }
}
