package io.reactivestore.examples.demo;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Counts what goes over the wire to S3, attempts included, by operation. */
final class CallCounter implements ExecutionInterceptor {

    private final ConcurrentMap<String, LongAdder> calls = new ConcurrentHashMap<>();

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        calls.computeIfAbsent(operation, name -> new LongAdder()).increment();
    }

    /** The calls since the last time, by operation. */
    Map<String, Long> take() {
        Map<String, Long> taken = new TreeMap<>();
        calls.forEach((operation, count) -> {
            long sum = count.sumThenReset();
            if (sum > 0) {
                taken.put(operation, sum);
            }
        });
        return taken;
    }
}
