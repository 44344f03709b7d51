package io.reactivestore.s3;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.http.HttpMetric;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;

/**
 * Learns from the metrics of one call how many of its tries ended without a clear answer: what they asked for may have been done, or
 * may still be. The SDK publishes them before it completes the future of the call.
 */
final class Tries implements MetricPublisher {

    /** The child of a call's metrics that stands for one try. */
    private static final String TRY = "ApiCallAttempt";

    private final AtomicInteger unanswered = new AtomicInteger();

    int unanswered() {
        return unanswered.get();
    }

    @Override
    public void publish(MetricCollection call) {
        call.children().stream()
                .filter(child -> child.name().equals(TRY) && isUnanswered(child))
                .forEach(child -> unanswered.incrementAndGet());
    }

    @Override
    public void close() {}

    private static boolean isUnanswered(MetricCollection attempt) {
        return attempt.metricValues(HttpMetric.HTTP_STATUS_CODE).stream()
                // 503 is a refusal. The other failures of a server may come after it has done what it was asked for.
                .noneMatch(status -> status < 500 || status == 503);
    }
}
