package io.reactivestore.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoreExceptionTest {

    /** Every leaf, found among the compiled classes, so that a new one cannot be forgotten. */
    static Stream<Class<?>> leaves() throws Exception {
        Path classes = Path.of(StoreException.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.list(classes.resolve("io/reactivestore/error"))) {
            List<Class<?>> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Exception.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .filter(name -> !name.equals("StoreException"))
                    .sorted()
                    .<Class<?>>map(StoreExceptionTest::load)
                    .toList();
            assertThat(found).hasSizeGreaterThanOrEqualTo(12);
            return found.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void leaf_isAFinalStoreException(Class<?> leaf) {
        assertThat(leaf).isFinal();
        assertThat(StoreException.class).isAssignableFrom(leaf);
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void withKey_isTheSameFailureOfAnotherKey(Class<?> leaf) throws Exception {
        for (Constructor<?> constructor : constructors(leaf)) {
            StoreException failure = make(constructor);
            StoreException told = failure.withKey("other");
            assertThat(told).isExactlyInstanceOf(leaf).hasCause(failure);
            assertThat(told.getCause()).isSameAs(failure);
            assertThat(told.key()).isEqualTo("other");
            assertThat(told.operation()).isEqualTo("get");
            assertThat(told.reason()).isEqualTo(failure.reason());
            assertThat(told.retryable()).isEqualTo(failure.retryable());
            assertThat(told).hasMessage("get other: " + failure.reason());
            assertThat(failure).hasMessage("get a/b: " + failure.reason());
        }
    }

    @Test
    void retryable_isWhatMaySucceedWithoutHelp() {
        assertThat(new StoreThrottledException("get", "a", "w", null).retryable())
                .isTrue();
        assertThat(new StoreTimeoutException("get", "a", "w", null).retryable()).isTrue();
        assertThat(new ObjectChangedException("get", "a", "w", null).retryable())
                .isTrue();
        assertThat(new ObjectNotFoundException("get", "a").retryable()).isFalse();
        assertThat(new PreconditionFailedException("get", "a", "w", null).retryable())
                .isFalse();
        assertThat(new StoreAccessDeniedException("get", "a", "w", null).retryable())
                .isFalse();
        assertThat(new StoreUnsupportedException("get", "a", "w", null).retryable())
                .isFalse();
        assertThat(new StoreClosedException("get", "a").retryable()).isFalse();
        for (boolean retryable : new boolean[] {true, false}) {
            assertThat(new StoreCorruptException("get", "a", "w", retryable, null).retryable())
                    .isEqualTo(retryable);
            assertThat(new StoreRejectedException("get", "a", "w", retryable, null).retryable())
                    .isEqualTo(retryable);
            assertThat(new StoreUnavailableException("get", "a", "w", retryable, null).retryable())
                    .isEqualTo(retryable);
        }
    }

    @Test
    void message_namesOperationKeyAndReason() {
        assertThat(new ObjectNotFoundException("read", "a/b.bin")).hasMessage("read a/b.bin: no such object");
        assertThat(new StoreClosedException("open", null)).hasMessage("open: the store is closed");
        RangeNotSatisfiableException range = new RangeNotSatisfiableException("get", "a", "[7, 9)", 5, null);
        assertThat(range).hasMessage("get a: [7, 9) starts past the end of 5 bytes");
        assertThat(range.size()).isEqualTo(5);
        assertThat(range.withKey("b").size()).isEqualTo(5);
    }

    @Test
    void failure_isToldAsHttpDoes() {
        assertThat(new ObjectNotFoundException("get", "a").httpStatus()).isEqualTo(404);
        assertThat(new PreconditionFailedException("get", "a", "w", null).httpStatus())
                .isEqualTo(412);
        assertThat(new StoreAccessDeniedException("get", "a", "w", null).httpStatus())
                .isEqualTo(403);
        assertThat(new StoreThrottledException("get", "a", "w", null).httpStatus())
                .isEqualTo(429);
        assertThat(new StoreUnsupportedException("get", "a", "w", null).httpStatus())
                .isEqualTo(501);
        assertThat(new StoreRejectedException("get", "a", "w", true, null).httpStatus())
                .isEqualTo(503);
        assertThat(new StoreTimeoutException("get", "a", "w", null).httpStatus())
                .isEqualTo(504);
        RangeNotSatisfiableException range = new RangeNotSatisfiableException("get", "a", "[7, 9)", 5, null);
        Map<String, String> headers = new HashMap<>();
        range.httpHeaders(headers::put);
        assertThat(range.httpStatus()).isEqualTo(416);
        assertThat(headers).containsExactly(Map.entry("Content-Range", "bytes */5"));
    }

    @Test
    void cause_isKept() {
        IllegalStateException cause = new IllegalStateException("meant");
        assertThat(new StoreTimeoutException("get", "a", "w", cause)).hasCause(cause);
        assertThat(new ObjectNotFoundException("get", "a", cause)).hasCause(cause);
    }

    private static List<Constructor<?>> constructors(Class<?> leaf) {
        List<Constructor<?>> found = Arrays.stream(leaf.getDeclaredConstructors())
                .filter(constructor -> Modifier.isPublic(constructor.getModifiers()))
                .toList();
        assertThat(found).isNotEmpty();
        return found;
    }

    private static StoreException make(Constructor<?> constructor) throws ReflectiveOperationException {
        Class<?>[] types = constructor.getParameterTypes();
        Object[] arguments = new Object[types.length];
        int texts = 0;
        for (int i = 0; i < types.length; i++) {
            if (types[i] == String.class) {
                arguments[i] = List.of("get", "a/b", "the reason").get(texts++);
            } else if (types[i] == boolean.class) {
                arguments[i] = true;
            } else if (types[i] == long.class) {
                arguments[i] = 5L;
            } else {
                assertThat(types[i]).isEqualTo(Throwable.class);
            }
        }
        return (StoreException) constructor.newInstance(arguments);
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("io.reactivestore.error." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
