package io.reactivestore.testkit;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * A call of one method of {@link Store}, with arguments that are fine. All methods are found by reflection, so that none can be
 * forgotten: a parameter that is not known here fails the tests that walk over them.
 */
final class Call {

    /** These are about the store itself, not about its objects. */
    private static final Set<String> NO_OPERATIONS = Set.of("capabilities", "open", "close");

    /** Which operation each default method composes, and may name in its errors instead of itself. */
    private static final Map<String, String> COMPOSED = Map.ofEntries(
            Map.entry("getBytes", "get"),
            Map.entry("getByteArray", "get"),
            Map.entry("getText", "get"),
            Map.entry("getRange", "get"),
            Map.entry("getAll", "get"),
            Map.entry("read", "get"),
            Map.entry("exists", "head"),
            Map.entry("size", "head"),
            Map.entry("sizeOf", "list"),
            Map.entry("isEmpty", "list"),
            Map.entry("listDirectory", "list"),
            Map.entry("putIfAbsent", "put"),
            Map.entry("putIfMatch", "put"),
            Map.entry("deleteAll", "delete"),
            Map.entry("rename", "copy"));

    private final Method method;
    private final @Nullable Object[] arguments;

    private Call(Method method, @Nullable Object[] arguments) {
        this.method = method;
        this.arguments = arguments;
    }

    /** A call of each method of the interface. */
    static List<Call> all() {
        return Arrays.stream(Store.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !NO_OPERATIONS.contains(method.getName()))
                .sorted(Comparator.comparing(Method::toString))
                .map(method -> new Call(
                        method,
                        Arrays.stream(method.getParameters()).map(Call::sample).toArray()))
                .toList();
    }

    Parameter[] parameters() {
        return method.getParameters();
    }

    String operation() {
        return method.getName();
    }

    /** The operations that an error of this call may name. */
    Set<String> operations() {
        String composed = COMPOSED.getOrDefault(operation(), operation());
        return composed.equals(operation()) ? Set.of(composed) : Set.of(operation(), composed);
    }

    /** The same call with another argument. */
    Call with(int index, @Nullable Object argument) {
        @Nullable Object[] changed = arguments.clone();
        changed[index] = argument;
        return new Call(method, changed);
    }

    /** Makes the call; what it throws comes out as it is. */
    Publisher<?> on(Store store) {
        try {
            return (Publisher<?>) method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new AssertionError(this + " threw " + e.getCause(), e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    static boolean isKey(Parameter parameter) {
        return Set.of("key", "from", "to").contains(parameter.getName());
    }

    static boolean isPrefix(Parameter parameter) {
        return parameter.getName().equals("prefix");
    }

    @Override
    public String toString() {
        return operation() + Arrays.toString(arguments);
    }

    private static Object sample(Parameter parameter) {
        return switch (parameter.getName()) {
            case "key", "from" -> StoreContract.KEY;
            case "to" -> "target.bin";
            case "prefix" -> "a/";
            case "etag" -> "no-such-etag";
            case "keys" -> Flux.just(StoreContract.KEY);
            case "concurrency" -> 2;
            case "content" -> Content.text("written");
            case "range" -> ByteRange.of(0, 1);
            case "ranges" -> List.of(ByteRange.of(0, 1), ByteRange.of(1, 2));
            case "options" -> options(parameter.getType());
            default ->
                throw new AssertionError(
                        "not known yet: the parameter " + parameter + " of " + parameter.getDeclaringExecutable());
        };
    }

    private static Object options(Class<?> type) {
        return List.of(
                        ReadOptions.defaults(),
                        WriteOptions.defaults(),
                        DeleteOptions.defaults(),
                        ListOptions.defaults())
                .stream()
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not known yet: options of " + type));
    }
}
