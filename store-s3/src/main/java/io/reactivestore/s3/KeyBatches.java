package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Batches of keys: as many as one bulk delete takes, or those that came within 20 ms of the first. */
final class KeyBatches extends Gatherer<String, List<String>> {

    /** @source Amazon S3 API Reference, DeleteObjects */
    static final int MAX_KEYS = 1000;

    private static final long WAIT_MS = 20;

    private final StoreRuntime runtime;
    private final Disposable.Swap timer = Disposables.swap();
    private List<String> batch = new ArrayList<>();

    KeyBatches(Publisher<String> keys, StoreRuntime runtime) {
        super(keys, MAX_KEYS);
        this.runtime = runtime;
    }

    @Override
    void begin() {}

    @Override
    boolean isReady() {
        return true;
    }

    @Override
    boolean add(String key) {
        if (batch.isEmpty()) {
            timer.update(runtime.timers().schedule(this::flush, WAIT_MS, TimeUnit.MILLISECONDS));
        }
        batch.add(key);
        return true;
    }

    @Override
    boolean isFull() {
        return batch.size() == MAX_KEYS;
    }

    @Override
    boolean precedesError() {
        return !batch.isEmpty();
    }

    @Override
    List<String> end(boolean last) {
        timer.update(Disposables.disposed());
        List<String> ended = batch;
        batch = new ArrayList<>();
        return ended;
    }

    @Override
    void close() {
        super.close();
        timer.dispose();
    }
}
