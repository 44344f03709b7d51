package io.reactivestore.s3;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Notices the attempts for which the service asks for fewer requests, also those that the SDK then repeats by itself. */
final class ThrottleWatch implements ExecutionInterceptor {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SLOW_DOWN = 503;

    private final Runnable throttled;

    ThrottleWatch(Runnable throttled) {
        this.throttled = throttled;
    }

    @Override
    public void afterTransmission(Context.AfterTransmission attempt, ExecutionAttributes attributes) {
        int status = attempt.httpResponse().statusCode();
        if (status == SLOW_DOWN || status == TOO_MANY_REQUESTS) {
            throttled.run();
        }
    }
}
