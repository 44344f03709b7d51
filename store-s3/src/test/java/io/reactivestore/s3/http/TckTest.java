package io.reactivestore.s3.http;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;
import software.amazon.awssdk.http.SdkHttpMethod;

/** The Reactive Streams TCK on bodies that come from, and go to, a real connection. */
class TckTest {

    /** As in the TCK tests of the contract's own publishers: how long a signal may take, nothing counts as nothing, a look. */
    private static final TestEnvironment ENVIRONMENT = new TestEnvironment(5_000, 20, 5);

    /** How often the garbage collector is asked for a subscriber. It gets 100 ms each time, which prove nothing on a busy machine. */
    private static final int COLLECTIONS = 20;

    /** The TCK forgets subscribers without a cancel; what they have not read is let go in the end. */
    private static final Queue<Call> CALLS = new ConcurrentLinkedQueue<>();

    private static ScriptedServer server;
    private static ReactorNettyAsyncHttpClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new ScriptedServer(peer -> {
            for (String head = peer.readRequest(); head != null; head = peer.readRequest()) {
                if (head.startsWith("PUT")) {
                    peer.readAll();
                    return;
                }
                int pieces = Integer.parseInt(head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP")));
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n".repeat(pieces)
                        + "0\r\n\r\n");
            }
        });
        client = ReactorNettyAsyncHttpClient.builder()
                .noProxy()
                .maxConnections(500)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        CALLS.forEach(call -> call.future.cancel(true));
        await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
        client.close();
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> bodyOfAnAnswer() {
        return rules(PublisherVerification.class).map(rule -> test(rule, Answers::new));
    }

    @TestFactory
    Stream<DynamicTest> bodyOfARequest() {
        return rules(SubscriberBlackboxVerification.class).map(rule -> test(rule, Requests::new));
    }

    /** The rules that the TCK tests; those it names untested cannot be. */
    private static Stream<Method> rules(Class<?> verification) {
        List<Method> rules = Arrays.stream(verification.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .filter(method -> !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        if (rules.size() < 10) {
            throw new AssertionError("the TCK has more rules than these: " + rules);
        }
        return rules.stream();
    }

    private static DynamicTest test(Method rule, java.util.function.Supplier<?> verification) {
        return DynamicTest.dynamicTest(rule.getName(), () -> {
            Object target = verification.get();
            try {
                if (target instanceof Requests requests) {
                    requests.startPublisherExecutorService();
                    requests.setUp();
                } else {
                    ((Answers) target).setUp();
                }
                rule.invoke(target);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof SkipException skipped
                        ? new TestAbortedException(skipped.getMessage(), skipped)
                        : e.getCause();
            } finally {
                if (target instanceof Requests requests) {
                    requests.shutdownPublisherExecutorService();
                }
            }
        });
    }

    public static final class Answers extends PublisherVerification<ByteBuffer> {

        Answers() {
            super(ENVIRONMENT, 200);
        }

        @Override
        public Publisher<ByteBuffer> createPublisher(long elements) {
            Call call = Call.get(client, server.port(), "/" + elements, -1);
            CALLS.add(call);
            return Call.await(call.stream);
        }

        /** One whose exchange has ended before anybody subscribed. */
        @Override
        public Publisher<ByteBuffer> createFailedPublisher() {
            Call call = Call.get(client, server.port(), "/1", -1);
            Publisher<ByteBuffer> body = Call.await(call.stream);
            call.future.cancel(true);
            return body;
        }

        @Override
        public long maxElementsFromPublisher() {
            return 10_000;
        }

        @Override
        public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
                throws Throwable {
            for (int left = COLLECTIONS; left > 0; left--) {
                setUp(); // forgets the failure before
                try {
                    super.required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber();
                    return;
                } catch (AssertionError notYet) {
                    if (left == 1) {
                        throw notYet;
                    }
                }
            }
        }
    }

    public static final class Requests extends SubscriberBlackboxVerification<ByteBuffer> {

        Requests() {
            super(ENVIRONMENT);
        }

        @Override
        public Subscriber<ByteBuffer> createSubscriber() {
            CompletableFuture<Subscriber<? super ByteBuffer>> subscriber = new CompletableFuture<>();
            CALLS.add(Call.run(
                    client,
                    Call.request(server.port(), "/").method(SdkHttpMethod.PUT),
                    Call.content(subscriber::complete, null),
                    Long.MAX_VALUE,
                    execute -> {}));
            return narrow(Call.await(subscriber.orTimeout(5, TimeUnit.SECONDS)));
        }

        @SuppressWarnings("unchecked")
        private static Subscriber<ByteBuffer> narrow(Subscriber<? super ByteBuffer> subscriber) {
            return (Subscriber<ByteBuffer>) subscriber;
        }

        @Override
        public ByteBuffer createElement(int element) {
            return ByteBuffer.wrap(new byte[] {(byte) element});
        }
    }
}
