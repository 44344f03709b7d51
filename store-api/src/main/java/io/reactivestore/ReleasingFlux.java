package io.reactivestore;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Copies pooled elements into buffers and gives each back exactly once, whatever becomes of the subscription. */
final class ReleasingFlux<T> extends Flux<ByteBuffer> {

    private final Publisher<? extends T> source;
    private final ToIntFunction<? super T> size;
    private final BiConsumer<? super T, ByteBuffer> copy;
    private final Consumer<? super T> release;

    ReleasingFlux(
            Publisher<? extends T> source,
            ToIntFunction<? super T> size,
            BiConsumer<? super T, ByteBuffer> copy,
            Consumer<? super T> release) {
        this.source = source;
        this.size = size;
        this.copy = copy;
        this.release = release;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
        // doOnDiscard adds to a hook of the caller's, where Operators.enableOnDiscard would replace it.
        Flux.<T>from(source).doOnDiscard(Object.class, this::discard).subscribe(new Copying(actual));
    }

    @SuppressWarnings("unchecked")
    private void discard(Object element) {
        try {
            release.accept((T) element);
        } catch (ClassCastException notOurs) {
            // An operator further up held something of another type: its owner knows what to do with it.
        }
    }

    private final class Copying implements CoreSubscriber<T>, Subscription {
        /*
         * How it works. Every element that reaches onNext is released there, also one that comes after a cancel or an error; what
         * operators above still hold then comes through the discard hook in the Context. Nothing is queued here.
         *
         *   done    written by onNext (a copy that throws), onError, onComplete; read by the same, serialized by the source
         */

        private final CoreSubscriber<? super ByteBuffer> actual;
        private @Nullable Subscription subscription;
        private boolean done;

        Copying(CoreSubscriber<? super ByteBuffer> actual) {
            this.actual = actual;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(this.subscription, subscription)) {
                this.subscription = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(T element) {
            ByteBuffer bytes = null;
            try {
                bytes = done ? null : copyOf(element);
            } catch (Throwable e) {
                onError(Operators.onOperatorError(subscription, e, element, actual.currentContext()));
            } finally {
                release.accept(element);
            }
            if (bytes != null) {
                actual.onNext(bytes);
            }
        }

        private ByteBuffer copyOf(T element) {
            ByteBuffer bytes = ByteBuffer.allocate(size.applyAsInt(element));
            copy.accept(element, bytes.duplicate());
            return bytes.asReadOnlyBuffer();
        }

        @Override
        public void onError(Throwable error) {
            if (done) {
                Operators.onErrorDropped(error, currentContext());
                return;
            }
            done = true;
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            if (!done) {
                done = true;
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            if (subscription != null) {
                subscription.request(n);
            }
        }

        @Override
        public void cancel() {
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
