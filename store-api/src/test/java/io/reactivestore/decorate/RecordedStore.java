package io.reactivestore.decorate;

import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A store that writes down each core call that reaches it, as text, with the keys told in another way. */
final class RecordedStore implements InvocationHandler {

    private final Store inner;
    private final UnaryOperator<String> toldKey;
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    /** @param toldKey what is written down for a key, prefix or bound */
    RecordedStore(Store inner, UnaryOperator<String> toldKey) {
        this.inner = inner;
        this.toldKey = toldKey;
    }

    Store store() {
        return (Store) Proxy.newProxyInstance(Store.class.getClassLoader(), new Class<?>[] {Store.class}, this);
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.isDefault()) {
            // Its body runs on the proxy, so that the core calls it makes are written down.
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        Object[] passed = arguments == null ? new Object[0] : arguments.clone();
        List<String> told = new ArrayList<>();
        for (int i = 0; i < passed.length; i++) {
            told.add(tell(method, i, passed[i]));
            if (passed[i] instanceof Publisher<?> keys) {
                passed[i] = Flux.from(keys).doOnNext(key -> calls.add("key " + toldKey.apply((String) key)));
            }
        }
        if (method.getDeclaringClass() == Store.class) {
            calls.add(method.getName() + told);
        }
        try {
            return method.invoke(inner, passed);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private String tell(Method method, int index, Object argument) {
        if (argument instanceof ListOptions options) {
            return "list " + toldKey.apply(options.prefix()) + " after " + options.startAfter() + " before "
                    + options.endBefore();
        }
        if (argument instanceof Publisher<?>) {
            return "keys";
        }
        boolean isKey = List.of("key", "prefix", "from", "to").contains(method.getParameters()[index].getName());
        return isKey ? toldKey.apply((String) argument) : String.valueOf(argument);
    }
}
