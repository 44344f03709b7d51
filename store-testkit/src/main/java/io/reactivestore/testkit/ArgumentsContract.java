package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivestore.ByteRange;
import io.reactivestore.Keys;
import io.reactivestore.Store;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Wrong arguments are refused at the call, not at the subscription, by an error that names the operation. */
public interface ArgumentsContract extends StoreContract {

    @Test
    default void everyMethodOfStore_takesItsSampleArguments() {
        assertThat(Call.all())
                .hasSizeGreaterThan(25)
                .allSatisfy(call -> assertThat(call.on(store())).as("%s", call).isNotNull());
    }

    @Test
    default void nullArgument_isRefusedAtTheCall() {
        assertRefused(
                NullPointerException.class, parameter -> !parameter.getType().isPrimitive(), null);
    }

    @Test
    default void emptyKey_isRefusedAtTheCall() {
        assertRefused(IllegalArgumentException.class, Call::isKey, "");
    }

    @Test
    default void keyLongerThan1024Bytes_isRefusedAtTheCall() {
        String ascii = "k".repeat(Keys.MAX_BYTES + 1);
        String umlauts = "ü".repeat(Keys.MAX_BYTES / 2) + "k";
        String rockets = "\uD83D\uDE80".repeat(Keys.MAX_BYTES / 4) + "k";
        for (String key : new String[] {ascii, umlauts, rockets}) {
            assertRefused(IllegalArgumentException.class, Call::isKey, key);
            assertRefused(IllegalArgumentException.class, Call::isPrefix, key);
        }
    }

    @Test
    default void unpairedSurrogate_isRefusedAtTheCall() {
        for (String key : new String[] {"a\uD83D", "\uD83Da", "a\uDE80", "\uDE80\uD83D"}) {
            assertRefused(IllegalArgumentException.class, Call::isKey, key);
            assertRefused(IllegalArgumentException.class, Call::isPrefix, key);
        }
    }

    @Test
    default void concurrencyBelowOne_isRefusedAtTheCall() {
        for (int concurrency : new int[] {0, -1}) {
            assertRefused(
                    IllegalArgumentException.class,
                    parameter -> parameter.getName().equals("concurrency"),
                    concurrency);
        }
    }

    @Test
    default void nullAmongTheRanges_isRefusedAtTheCall() {
        assertRefused(
                NullPointerException.class,
                parameter -> parameter.getName().equals("ranges"),
                Arrays.asList(ByteRange.of(0, 1), null));
    }

    @Test
    default void refusedCall_leavesTheStoreUsable() {
        given(KEY, "text");
        emptyKey_isRefusedAtTheCall();
        assertThat(textOf(KEY)).isEqualTo("text");
        assertThat(keys()).containsExactly(KEY);
    }

    @Test
    default void badArgumentOnAClosedStore_isStillRefusedAtTheCall() {
        done(store().close());
        emptyKey_isRefusedAtTheCall();
        nullArgument_isRefusedAtTheCall();
    }

    /** Checks every method that has such a parameter, with this argument for it. */
    private void assertRefused(
            Class<? extends RuntimeException> type, Predicate<Parameter> which, @Nullable Object argument) {
        int checked = 0;
        for (Call call : Call.all()) {
            Parameter[] parameters = call.parameters();
            for (int i = 0; i < parameters.length; i++) {
                if (which.test(parameters[i])) {
                    assertRefused(type, call.with(i, argument), store());
                    checked++;
                }
            }
        }
        assertThat(checked).as("methods with such a parameter").isPositive();
    }

    private static void assertRefused(Class<? extends RuntimeException> type, Call call, Store store) {
        Throwable thrown = catchThrowable(() -> call.on(store));
        assertThat(thrown).as("thrown by the call %s", call).isInstanceOf(type);
        String message = String.valueOf(thrown.getMessage());
        assertThat(message).as("names the operation of %s", call).startsWith(call.operation() + ": ");
    }
}
