package io.reactivestore.testkit.fault;

import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * What goes wrong with one operation: whether and when the store applies it, what the caller hears of it and when, and what becomes
 * of the bytes of a body.
 */
public final class Fault {

    enum Application {
        /** The request never arrives. */
        NEVER,
        /** As without a fault. */
        AT_ONCE,
        /** As without a fault, but a cancel does not stop it. */
        DETACHED,
        /** After a while, whatever the caller has heard or done meanwhile. */
        LATE
    }

    enum Reply {
        AS_IT_IS,
        ERROR,
        NONE
    }

    private final String name;
    private final Settings settings;

    private Fault(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** The request does not arrive, and the caller hears of it: the store cannot be reached. */
    public static Fault failBefore() {
        return failBefore(Fault::unavailable);
    }

    /** The request does not arrive, and the caller gets this error. */
    public static Fault failBefore(Function<Call, ? extends StoreException> error) {
        return new Fault("failBefore", new Settings(Application.NEVER, Reply.ERROR, error));
    }

    /** The request is applied, and the caller gets a timeout instead of the answer. */
    public static Fault loseAnswer() {
        return loseAnswer(Fault::timeout);
    }

    /** The request is applied, and the caller gets this error instead of the answer. */
    public static Fault loseAnswer(Function<Call, ? extends StoreException> error) {
        return new Fault("loseAnswer", new Settings(Application.AT_ONCE, Reply.ERROR, error));
    }

    /** The caller gets a timeout now, and the mutation is applied after this time, perhaps behind later ones. */
    public static Fault applyLate(Latency after) {
        return applyLate(after, Fault::timeout);
    }

    /** The caller gets this error now, and the mutation is applied after this time, perhaps behind later ones. */
    public static Fault applyLate(Latency after, Function<Call, ? extends StoreException> error) {
        return new Fault("applyLate", new Settings(Application.LATE, Reply.ERROR, error).lateBy(after));
    }

    /** The mutation is applied after this time, also if the caller gives up; the caller hears nothing. */
    public static Fault applyLateAndHang(Latency after) {
        return new Fault("applyLateAndHang", new Settings(Application.LATE, Reply.NONE, Fault::timeout).lateBy(after));
    }

    /** The request does not arrive, and the caller hears nothing. */
    public static Fault hang() {
        return new Fault("hang", new Settings(Application.NEVER, Reply.NONE, Fault::timeout));
    }

    /** The request is applied, and the caller hears nothing. */
    public static Fault applyAndHang() {
        return new Fault("applyAndHang", new Settings(Application.AT_ONCE, Reply.NONE, Fault::timeout));
    }

    /** All is well, but a caller that gives up does not stop the mutation. */
    public static Fault ignoreCancel() {
        return new Fault("ignoreCancel", new Settings(Application.DETACHED, Reply.AS_IT_IS, Fault::timeout));
    }

    /** All is well, but the request arrives late. */
    public static Fault delay(Latency by) {
        return new Fault("delay", new Settings(Application.AT_ONCE, Reply.AS_IT_IS, Fault::timeout)).after(by);
    }

    /** The body ends before this byte, as if that were all of it. */
    public static Fault truncateBody(long at) {
        return body("truncateBody", at, body -> Bodies.upTo(at, body, Flux.empty()));
    }

    /** The body fails before this byte: the connection is lost. */
    public static Fault breakBody(long at) {
        Flux<ByteBuffer> lost = Flux.error(
                () -> new StoreUnavailableException("get", null, "injected: the body broke off", true, null));
        return body("breakBody", at, body -> Bodies.upTo(at, body, lost));
    }

    /** The body goes on to this byte, and then neither goes on nor ends. */
    public static Fault stallBody(long at) {
        return body("stallBody", at, body -> Bodies.upTo(at, body, Flux.never()));
    }

    /** This byte of the body is wrong. */
    public static Fault corruptBody(long at) {
        return body("corruptBody", at, body -> Bodies.corrupted(at, body));
    }

    /** The same, begun this much later: the request, or the error that stands for it, waits that long. */
    public Fault after(Latency wait) {
        return new Fault(name, settings.waiting(wait));
    }

    /** A request that was not answered in time; it may have been applied. */
    public static StoreException timeout(Call call) {
        return new StoreTimeoutException(call.operation().method(), call.key(), "injected: no answer", null);
    }

    /** A store that cannot be reached, for now. */
    public static StoreException unavailable(Call call) {
        return new StoreUnavailableException(
                call.operation().method(), call.key(), "injected: unreachable", true, null);
    }

    @Override
    public String toString() {
        return name;
    }

    Application application() {
        return settings.application;
    }

    Reply reply() {
        return settings.reply;
    }

    StoreException error(Call call) {
        return settings.error.apply(call);
    }

    /** Before anything happens. */
    @Nullable Latency waitBefore() {
        return settings.waitBefore;
    }

    /** From the answer to the application of a late one. */
    Latency lateBy() {
        return settings.lateBy;
    }

    @Nullable UnaryOperator<Flux<ByteBuffer>> body() {
        return settings.body;
    }

    /** Checks that this means something for an operation. */
    void requireFits(StoreOperation operation) {
        if (settings.body != null && operation != StoreOperation.GET) {
            throw new IllegalArgumentException(name + ": only get has a body, not " + operation.method());
        }
        boolean outlives = application() == Application.LATE || application() == Application.DETACHED;
        if (outlives && !operation.isMutation()) {
            throw new IllegalArgumentException(name + ": means nothing for " + operation.method());
        }
    }

    private static Fault body(String name, long at, UnaryOperator<Flux<ByteBuffer>> change) {
        if (at < 0) {
            throw new IllegalArgumentException(name + ": need a place of 0 or more, was " + at);
        }
        Settings settings = new Settings(Application.AT_ONCE, Reply.AS_IT_IS, Fault::timeout).changing(change);
        return new Fault(name + "(" + at + ")", settings);
    }

    private record Settings(
            Application application,
            Reply reply,
            Function<Call, ? extends StoreException> error,
            @Nullable Latency waitBefore,
            Latency lateBy,
            @Nullable UnaryOperator<Flux<ByteBuffer>> body) {

        Settings {
            Objects.requireNonNull(error, "error");
            Objects.requireNonNull(lateBy, "lateBy");
        }

        Settings(Application application, Reply reply, Function<Call, ? extends StoreException> error) {
            this(application, reply, error, null, Latency.none(), null);
        }

        Settings waiting(Latency time) {
            return new Settings(application, reply, error, Objects.requireNonNull(time, "wait"), lateBy, body);
        }

        Settings lateBy(Latency time) {
            return new Settings(application, reply, error, waitBefore, time, body);
        }

        Settings changing(UnaryOperator<Flux<ByteBuffer>> change) {
            return new Settings(application, reply, error, waitBefore, lateBy, change);
        }
    }
}
