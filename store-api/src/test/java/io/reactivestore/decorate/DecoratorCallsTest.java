package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.memory.MemoryStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * A decorator that only passes on makes the same calls of the inner store as its caller would have made. The methods of {@link Store}
 * are found by reflection, so that a new one cannot be forgotten.
 */
class DecoratorCallsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String PREFIX = "tenant/";
    private static final Set<String> CHANGES = Set.of("put", "delete", "deleteAll", "deletePrefix", "copy");

    /** One for all calls, so that it prints the same everywhere. */
    private static final Content CONTENT = Content.text("new");

    static Stream<Method> methods() {
        return Arrays.stream(Store.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                // A decorator does not close what was passed in.
                .filter(method -> !method.getName().equals("close"))
                .sorted(Comparator.comparing(Method::toString));
    }

    static Stream<Arguments> passingOn() {
        return Stream.<Named<UnaryOperator<Store>>>of(
                        Named.of("forwarding", inner -> new ForwardingStore(inner) {}),
                        Named.of(
                                "limited",
                                inner -> LimitedStore.builder(inner, 4).build()),
                        Named.of(
                                "retrying",
                                inner -> RetryingStore.builder(inner).build()),
                        Named.of(
                                "with time limits",
                                inner -> TimeoutStore.builder(inner).build()),
                        Named.of("prefixed", inner -> PrefixedStore.of(inner, PREFIX)))
                .flatMap(decorator -> methods().map(method -> Arguments.of(decorator, method)));
    }

    @ParameterizedTest
    @MethodSource("passingOn")
    void call_reachesTheInnerStoreAsItIs(UnaryOperator<Store> decorator, Method method) throws Exception {
        boolean prefixed = decorator.apply(MemoryStore.create()) instanceof PrefixedStore;
        RecordedStore direct = new RecordedStore(storeWith(""), key -> key);
        RecordedStore inner = prefixed
                ? new RecordedStore(storeWith(PREFIX), DecoratorCallsTest::withoutPrefix)
                : new RecordedStore(storeWith(""), key -> key);

        call(direct.store(), method);
        call(decorator.apply(inner.store()), method);

        assertThat(inner.calls()).isNotEmpty().isEqualTo(direct.calls());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void callOfReadOnlyStore_reachesTheInnerStoreUnlessItChangesSomething(Method method) throws Exception {
        RecordedStore direct = new RecordedStore(storeWith(""), key -> key);
        RecordedStore inner = new RecordedStore(storeWith(""), key -> key);

        call(direct.store(), method);
        call(ReadOnlyStore.of(inner.store()), method);

        List<String> reading = direct.calls().stream()
                .filter(call -> CHANGES.stream().noneMatch(change -> call.startsWith(change + "[")))
                .filter(call -> !call.startsWith("key "))
                .toList();
        assertThat(inner.calls()).isEqualTo(reading);
    }

    @Test
    void everyMethodOfStore_isFound() {
        assertThat(methods().map(Method::getName)).contains("get", "listDirectory", "rename", "putIfMatch", "open");
    }

    private static Store storeWith(String prefix) {
        Store store = MemoryStore.create();
        for (String key : List.of("from", "key", "key/a", "other")) {
            store.put(prefix + key, Content.text("old")).block(PATIENCE);
        }
        return store;
    }

    private static String withoutPrefix(String key) {
        assertThat(key).startsWith(PREFIX);
        return key.substring(PREFIX.length());
    }

    /** Calls a method and takes all it gives; whether it fails does not matter here. */
    private static void call(Store store, Method method) throws IllegalAccessException {
        Object[] arguments = Arrays.stream(method.getParameters())
                .map(DecoratorCallsTest::argument)
                .toArray();
        try {
            if (method.invoke(store, arguments) instanceof Publisher<?> answer) {
                Flux.from(answer).onErrorComplete().blockLast(PATIENCE);
            }
        } catch (InvocationTargetException e) {
            throw new AssertionError(method + " refuses the arguments of this test", e.getCause());
        }
    }

    private static Object argument(Parameter parameter) {
        Class<?> type = parameter.getType();
        if (type == String.class) {
            return parameter.getName();
        } else if (type == Content.class) {
            return CONTENT;
        } else if (type == ReadOptions.class) {
            return ReadOptions.defaults();
        } else if (type == WriteOptions.class) {
            return WriteOptions.defaults();
        } else if (type == DeleteOptions.class) {
            return DeleteOptions.defaults();
        } else if (type == ListOptions.class) {
            return ListOptions.prefix("k");
        } else if (type == ByteRange.class) {
            return ByteRange.of(0, 2);
        } else if (type == List.class) {
            return List.of(ByteRange.of(0, 1), ByteRange.suffix(1));
        } else if (type == Publisher.class) {
            return Flux.just("key", "key/a", "absent");
        } else if (type == int.class) {
            return 2;
        }
        throw new AssertionError("this test has no argument of type " + type + ": add one");
    }
}
