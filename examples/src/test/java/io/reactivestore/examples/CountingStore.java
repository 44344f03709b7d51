package io.reactivestore.examples;

import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store that counts what leaves it: the elements of its listings, and the buffers of its bodies. */
final class CountingStore {

    private CountingStore() {}

    static Store of(Store store, AtomicLong elements) {
        return counting(Store.class, store, elements);
    }

    private static <T> T counting(Class<T> type, T target, AtomicLong elements) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(target, arguments);
                    if (answer instanceof Flux<?> many) {
                        return many.doOnNext(each -> elements.incrementAndGet());
                    }
                    return answer instanceof Mono<?> one ? one.map(value -> countingBody(value, elements)) : answer;
                }));
    }

    private static Object countingBody(Object value, AtomicLong elements) {
        return value instanceof StoredObject object ? counting(StoredObject.class, object, elements) : value;
    }
}
