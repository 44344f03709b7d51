package io.reactivestore.s3;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
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
     */

    private static final String EMPTY_PAGE = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

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

    private static final class Reading {

        private final ListAnswer answer;
        private final ListPageParser parser = new ListPageParser();
        private @Nullable ByteArrayOutputStream begin = new ByteArrayOutputStream();
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
            if (begin != null) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                begin.writeBytes(copy);
            }
            parse(bytes);
            switch (parser.root()) {
                case LISTING -> begin = null;
                case OTHER -> {
                    if (begin != null) {
                        sink.next(ByteBuffer.wrap(begin.toByteArray()));
                        begin = null;
                    }
                }
                case UNKNOWN -> {
                    // more bytes will tell
                }
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
            } catch (MalformedPageException e) {
                answer.fail(e);
            }
            return ByteBuffer.wrap(EMPTY_PAGE.getBytes(StandardCharsets.UTF_8));
        }
    }
}
