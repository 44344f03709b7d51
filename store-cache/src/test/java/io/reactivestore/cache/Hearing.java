package io.reactivestore.cache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Hears of loads, which it numbers: what it was told, in order. Each load finds itself in its Context, under {@link #LOAD}. */
final class Hearing implements LoadListener {

    static final String LOAD = "load";

    /** What readers are called in their Contexts. */
    static final String TENANT = "tenant";

    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger loads = new AtomicInteger();

    @Override
    public Begun begin(String operation, String subject) {
        int number = loads.incrementAndGet();
        told.add(number + " begin " + operation + " " + subject);
        return new Begun() {
            @Override
            public Context context() {
                return Context.of(LOAD, number + " " + operation);
            }

            @Override
            public void joined(ContextView reader) {
                told.add(number + " joined " + reader.getOrDefault(TENANT, "nobody"));
            }

            @Override
            public void ended(@Nullable Throwable error) {
                told.add(number + " ended " + (error == null ? "well" : error.getMessage()));
            }
        };
    }
}
