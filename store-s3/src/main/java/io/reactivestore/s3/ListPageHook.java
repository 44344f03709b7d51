package io.reactivestore.s3;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Reads pages of listings in the place of the SDK, whose own parser costs several milliseconds a page. The SDK gets an empty page, and
 * does all else as always: signing, trying again, telling errors.
 */
final class ListPageHook implements ExecutionInterceptor {
    /*
     * How it works. A request that carries a ListAnswer has the body of its successful answers read here. Until the first element is
     * known, the bytes are kept: a server may answer 200 and tell of an error in the document, which the SDK then reads itself. Each
     * attempt of the SDK's is read from the beginning, and only one that ends as it should leaves its outcome in the answer.
     *
     * A parser has more memory than the page that it makes. One that came to the end of its page is used for another one.
     */

    /** Some 80 KB each. */
    private static final int MOST_IDLE = 32;

    private static final String EMPTY_PAGE = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

    private final Queue<ListPageParser> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger idleCount = new AtomicInteger();

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse attempt, ExecutionAttributes attributes) {
        ListAnswer answer = attributes.getAttribute(ListAnswer.ATTRIBUTE);
        if (answer == null || !attempt.httpResponse().isSuccessful()) {
            return attempt.responsePublisher();
        }
        return attempt.responsePublisher().map(body -> {
            Reading reading = new Reading(answer);
            return Flux.from(body).<ByteBuffer>handle(reading::take).concatWith(Mono.fromSupplier(reading::end));
        });
    }

    private ListPageParser parser() {
        ListPageParser used = idle.poll();
        if (used == null) {
            return new ListPageParser();
        }
        idleCount.decrementAndGet();
        return used;
    }

    private void release(ListPageParser parser) {
        if (idleCount.getAndUpdate(count -> Math.min(MOST_IDLE, count + 1)) < MOST_IDLE) {
            idle.add(parser);
        }
    }

    private final class Reading {

        private final ListAnswer answer;
        private final ListPageParser parser = parser();
        private @Nullable ByteArrayOutputStream begin = new ByteArrayOutputStream(0);
        private @Nullable MalformedPageException failure;

        Reading(ListAnswer answer) {
            this.answer = answer;
        }

        void take(ByteBuffer bytes, SynchronousSink<ByteBuffer> sink) {
            if (parser.root() == ListPageParser.Root.OTHER) {
                sink.next(bytes);
                return;
            }
            if (failure != null) {
                return;
            }
            parse(bytes);
            switch (parser.root()) {
                case LISTING -> begin = null;
                case OTHER, UNKNOWN -> keep(bytes);
            }
            if (parser.root() == ListPageParser.Root.OTHER && begin != null) {
                sink.next(ByteBuffer.wrap(begin.toByteArray()));
                begin = null;
            }
        }

        /** They are lent. */
        private void keep(ByteBuffer bytes) {
            if (begin != null) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                begin.writeBytes(copy);
            }
        }

        private void parse(ByteBuffer bytes) {
            try {
                parser.feed(bytes);
            } catch (MalformedPageException e) {
                failure = e;
                begin = null;
            }
        }

        /** What the SDK shall read, if it has read nothing so far. */
        @Nullable ByteBuffer end() {
            if (parser.root() == ListPageParser.Root.OTHER) {
                return null;
            }
            try {
                if (failure != null) {
                    throw failure;
                }
                answer.set(parser.end());
                release(parser);
            } catch (MalformedPageException e) {
                answer.fail(e);
            }
            return ByteBuffer.wrap(EMPTY_PAGE.getBytes(StandardCharsets.UTF_8));
        }
    }
}
