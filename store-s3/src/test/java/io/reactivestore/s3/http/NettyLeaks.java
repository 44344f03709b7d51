package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Hears what Netty's leak detector reports during a test. */
public final class NettyLeaks implements BeforeEachCallback, AfterEachCallback {

    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        reports.start();
        logger.addAppender(reports);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        logger.detachAppender(reports);
    }

    public static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** A leak shows when the garbage collector has found the buffer, and another one is allocated. */
    public void assertNone() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            for (int j = 0; j < 100; j++) {
                ByteBufAllocator.DEFAULT.directBuffer(256).release();
            }
        }
        assertThat(reports.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }
}
