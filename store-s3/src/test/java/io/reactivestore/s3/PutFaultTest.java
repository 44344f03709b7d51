package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.embeddeds3.latency.Fault;
import io.reactivestore.embeddeds3.latency.FaultRule;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.error.StoreException;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Puts whose requests or answers break at every stage, once and for good: what is stored afterwards is the content or what was there
 * before, a put that succeeds has stored it, and nothing else is left behind.
 */
@ExtendWith(BlockingCheck.class)
class PutFaultTest {

    private static final boolean SLOW = Boolean.getBoolean("reactivestore.slow");
    private static final byte[] OLD = bytes(1_000, 1);
    private static final byte[] SMALL = bytes(100_000, 2);
    private static final byte[] LARGE = bytes((5 << 20) + 17, 3);

    /** Before the request, in its head, midway in its body, after it, before, in, and instead of the answer. */
    private static final List<Fault> STAGES = List.of(
            Fault.resetRequest(0),
            Fault.resetRequest(1),
            Fault.resetRequest(SMALL.length / 2),
            Fault.resetRequest(SMALL.length),
            Fault.droppedRequest(),
            Fault.lostAnswer(),
            Fault.cutHead(0),
            Fault.cutHead(30),
            Fault.cutBody(0),
            Fault.cutBody(50),
            Fault.slowDown(),
            Fault.status(500, "InternalError"));

    /** Large contents take their time: of faults that look alike to the client one does. */
    private static final List<Fault> STAGES_OF_PARTS = SLOW
            ? STAGES
            : List.of(
                    Fault.resetRequest(0),
                    Fault.resetRequest(SMALL.length),
                    Fault.lostAnswer(),
                    Fault.cutBody(50),
                    Fault.slowDown());

    private enum Condition {
        NONE,
        IF_ABSENT,
        IF_MATCH
    }

    /** One put of its own key. */
    private record Case(
            String key, Operation operation, Fault fault, long times, Condition condition, byte[] content) {}

    private final LatencyServer server =
            LatencyServer.start(LatencySettings.defaults().withLaw(LatencyLaw.none()));
    private final ReactorNettyAsyncHttpClient transport =
            ReactorNettyAsyncHttpClient.builder().noProxy().build();
    private final S3Store store = S3Store.builder(LatencySettings.BUCKET)
            .dialect(FakeStores.DIALECT)
            .endpoint(server.endpoint())
            .credentialsProvider(EmbeddedStores.CREDENTIALS)
            .transport(transport)
            .uploadPartBytes(5 << 20)
            .build();

    @AfterEach
    void close() {
        Verify.none(store.close());
        transport.close();
        server.close();
    }

    @Test
    void putOfOnePart_thatBreaksAnywhere() {
        List<Case> cases = new ArrayList<>();
        for (Fault fault : STAGES) {
            for (Condition condition : Condition.values()) {
                cases.add(new Case("k" + cases.size(), Operation.PUT_OBJECT, fault, 1, condition, SMALL));
            }
            Condition condition = Condition.values()[cases.size() / 4 % 3];
            cases.add(new Case("k" + cases.size(), Operation.PUT_OBJECT, fault, Long.MAX_VALUE, condition, SMALL));
        }
        run(cases, 16);
    }

    @Test
    void uploadInParts_whoseStepsBreakAnywhere() {
        run(uploads(Operation.PUT_PART, Operation.COMPLETE_UPLOAD, Operation.HEAD_OBJECT), 8);
        // The second abort of an upload that was given up comes a little later.
        await().atMost(Verify.PATIENCE)
                .untilAsserted(() -> assertThat(server.counters().uploadsOpen())
                        .as("uploads left")
                        .isZero());
    }

    /** One whose id was lost with the answer is left: nobody could tell it from the upload of somebody else. */
    @Test
    void uploadInParts_whoseBeginBreaksAnywhere() {
        run(uploads(Operation.CREATE_UPLOAD), 8);
    }

    private static List<Case> uploads(Operation... steps) {
        List<Case> cases = new ArrayList<>();
        for (Operation step : steps) {
            for (Fault fault : STAGES_OF_PARTS) {
                Condition condition = Condition.values()[cases.size() % 3];
                cases.add(new Case("k" + cases.size(), step, fault, 1, condition, LARGE));
            }
            cases.add(
                    new Case("k" + cases.size(), step, Fault.lostAnswer(), Long.MAX_VALUE, Condition.IF_ABSENT, LARGE));
        }
        return cases;
    }

    private void run(List<Case> cases, int atATime) {
        Flux.fromIterable(cases)
                .flatMap(this::put, atATime, 1)
                .then()
                .block(Verify.PATIENCE.multipliedBy(SLOW ? 10 : 2));
        await().atMost(Verify.PATIENCE)
                .until(() ->
                        transport.stats().leased() == 0 && transport.stats().pending() == 0);
    }

    private Mono<Void> put(Case one) {
        Mono<@Nullable ObjectInfo> before =
                one.condition == Condition.IF_MATCH ? store.put(one.key, Content.bytes(OLD)) : Mono.empty();
        return before.map(old -> WriteOptions.defaults().withIfMatch(old.etag()))
                .defaultIfEmpty(
                        one.condition == Condition.IF_ABSENT
                                ? WriteOptions.defaults().withIfAbsent()
                                : WriteOptions.defaults())
                .doOnNext(options -> server.inject(
                        FaultRule.of(one.fault).on(one.operation).key(one.key).times(one.times)))
                .flatMap(options -> store.put(one.key, Content.bytes(one.content), options))
                .materialize()
                .flatMap(outcome -> store.get(one.key)
                        .flatMap(StoredObject::byteArray)
                        .defaultIfEmpty(new byte[0])
                        .doOnNext(stored -> check(one, outcome.get(), outcome.getThrowable(), stored)))
                .then(store.delete(one.key));
    }

    private static void check(Case one, @Nullable ObjectInfo told, @Nullable Throwable error, byte[] stored) {
        byte[] before = one.condition == Condition.IF_MATCH ? OLD : new byte[0];
        boolean isWritten = Arrays.equals(stored, one.content);
        if (error == null) {
            assertThat(isWritten).as("stored, %s", one).isTrue();
            assertThat(told).as("told, %s", one).isNotNull();
            assertThat(told.size()).as("told, %s", one).isEqualTo(one.content.length);
        } else {
            assertThat(error)
                    .as("error, %s", one)
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("put " + one.key + ": ");
            assertThat(isWritten || Arrays.equals(stored, before))
                    .as("nothing in between, %s", one)
                    .isTrue();
        }
        if (one.times == 1) {
            assertThat(error).as("a further try helps, %s", one).isNull();
        }
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
