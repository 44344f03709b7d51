package io.reactivestore.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

public class PublicApiTest {

    private static final String HERE = "io.reactivestore.build.PublicApiTest.";

    @Test
    void everyKindOfMember_hasItsLine() throws IOException {
        List<String> lines = PublicApi.of(
                        ModuleUnderTest.of(getClass()).directory().resolve("target/test-classes"),
                        getClass().getClassLoader())
                .stream()
                .filter(line -> line.startsWith(HERE + "Sample"))
                .map(line -> line.replace(HERE, ""))
                .toList();
        assertThat(lines)
                .containsExactly(
                        "Sample interface<K extends Comparable<? super K>, V extends @Nullable Object>",
                        "Sample.Kind enum",
                        "Sample.Kind.A: Sample.Kind [static final]",
                        "Sample.Kind.B: Sample.Kind [static final]",
                        "Sample.Kind.size(): int",
                        "Sample.Pair record",
                        "Sample.Pair.Pair(String, @Nullable Integer)",
                        "Sample.Pair.left(): String",
                        "Sample.Pair.right(): @Nullable Integer",
                        "Sample.Round class extends Base implements Sample.Shape",
                        "Sample.Round.ONE: int [static final]",
                        "Sample.Round.Round() [protected]",
                        "Sample.Round.inherited(): int",
                        "Sample.Round.old(): void @Deprecated",
                        "Sample.Shape sealed interface permits Sample.Round",
                        "Sample.all<T extends @Nullable Object>(java.util.List<? extends @Nullable T>, String...):"
                                + " @Nullable T[] [default] throws java.io.IOException",
                        "Sample.read(@Nullable String): java.util.Map<K, ? extends V> [abstract]");
    }

    public interface Sample<K extends Comparable<? super K>, V extends @Nullable Object> {

        Map<K, ? extends V> read(@Nullable String key);

        default <T extends @Nullable Object> @Nullable T[] all(List<? extends @Nullable T> list, String... more)
                throws IOException {
            throw new IOException();
        }

        record Pair(String left, @Nullable Integer right) {}

        enum Kind {
            A,
            B {
                @Override
                public int size() {
                    return 1;
                }
            };

            public int size() {
                return 0;
            }
        }

        sealed interface Shape permits Round {}

        non-sealed class Round extends Base implements Shape {
            public static final int ONE = 1;

            protected Round() {}

            @Deprecated
            public void old() {}

            void hidden() {}

            @Override
            public String toString() {
                return "";
            }
        }
    }

    static class Base {
        public int inherited() {
            return 1;
        }
    }
}
