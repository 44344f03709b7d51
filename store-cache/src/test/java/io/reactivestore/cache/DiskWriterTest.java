package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.MemoryLogFiles;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/** One writer, on a log of four segments of 4 KiB. */
class DiskWriterTest {

    private static final Duration IN_DOUBT = Duration.ofMinutes(1);
    private static final DiskLogSettings SETTINGS = new DiskLogSettings(16 << 10, 4 << 10);
    private static final int MAX_PENDING_BYTES = 4_000;

    private final Simulation simulation = Simulation.seeded(1);
    private final SimulatedRuntime runtime = simulation.runtime("cache");
    private final MemoryLogFiles files = new MemoryLogFiles(1);
    private final Fence fence = new Fence(runtime, IN_DOUBT);
    private final StatsRecorder stats = new StatsRecorder();
    private final Works works = new Works();
    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), runtime);
    private final List<Throwable> failures = new ArrayList<>();
    private DiskRecovery recovery;
    private DiskLog log;
    private DiskWriter writer;

    @BeforeEach
    void open() throws IOException {
        recovery = new DiskRecovery("disk", fence);
        recovery.decide(false);
        log = DiskLog.open(files, SETTINGS, recovery);
        StoreTier.Shared shared = new StoreTier.Shared(
                runtime,
                fence,
                Lifecycle.trivial(),
                stats,
                works,
                runtime.newSerial("ledger"),
                freshness,
                new SourcePace(),
                new ByteBudget(1 << 20),
                IN_DOUBT,
                1 << 20,
                false);
        writer = new DiskWriter(
                log,
                SETTINGS,
                new Admission(Admission.Settings.ANY, runtime.random(), 0),
                new TierRecorder(runtime),
                new LogClock(runtime),
                shared,
                MAX_PENDING_BYTES,
                freshness.epoch(),
                failures::add);
    }

    @Test
    void fill_isFound_whenItIsWritten() {
        fill("k");
        assertThat(writer.find("k")).isNull();
        settle();
        assertThat(writer.find("k")).isNotNull();
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void fillOfAnOldPass_toldBehindTheRemovalOfAMutation_isNotWritten() {
        Pass old = fence.pass("k");
        Ticket ticket = fence.begin("k");
        remove(ticket);
        settle();
        long before = bytes();
        writer.fill("k", entry("k", 10), old);
        settle();
        fence.end(ticket, End.APPLIED);
        writer.fill("k", entry("k", 10), old);
        settle();
        assertThat(bytes()).as("appended").isEqualTo(before);
        assertThat(stats.outdated.sum()).isEqualTo(2);
    }

    @Test
    void fillInDoubt_isNotWritten() {
        fence.end(fence.begin("k"), End.UNKNOWN);
        fill("k");
        settle();
        assertThat(bytes()).isZero();
    }

    @Test
    void fillOfAnEarlierEpochOfTheCache_isNotWritten() {
        CachedEntry early = entry("k", 10);
        freshness.newEpoch();
        writer.fill("k", early, fence.pass("k"));
        settle();
        assertThat(writer.find("k")).isNull();
        fill("k");
        settle();
        assertThat(writer.find("k")).isNotNull();
    }

    @Test
    void newEpochOfTheCache_isTrustedOnlyWhenAllOfBeforeIsSuspect() {
        fill("k");
        settle();
        freshness.newEpoch();
        assertThat(writer.trusted()).isNotEqualTo(freshness.epoch());
        fill("another");
        settle();
        assertThat(writer.trusted()).isEqualTo(freshness.epoch());
        assertThat(find("k").suspect()).isTrue();
        assertThat(find("another").suspect()).isFalse();
    }

    @Test
    void refusedFill_takesTheOlderCopyWithIt_alsoAfterAKill() throws IOException {
        fill("k");
        settle();
        Pass pass = fence.pass("k");
        fence.end(fence.begin("k"), End.REFUSED);
        writer.fill("k", entry("k", 20), pass);
        settle();
        assertThat(writer.find("k")).isNull();
        reopenAfterKill();
        assertThat(writer.find("k")).isNull();
    }

    @Test
    void shedFill_takesTheOlderCopyWithIt_alsoAfterAKill() throws IOException {
        fill("k");
        settle();
        writer.fill("k", entry("k", 1025), fence.pass("k"));
        settle();
        assertThat(stats.shed.sum()).isEqualTo(1);
        assertThat(writer.find("k")).isNull();
        reopenAfterKill();
        assertThat(writer.find("k")).isNull();
    }

    @Test
    void tooManyBytesWaiting_fillsAreShed_removalsAreNot() {
        for (int i = 0; i < 10; i++) {
            writer.fill("k" + i, entry("k" + i, 500), fence.pass("k" + i));
        }
        TestSubscriber<Void> removed = remove(fence.begin("k0"));
        settle();
        assertThat(stats.shed.sum()).isEqualTo(6);
        assertThat(removed.isTerminatedComplete()).isTrue();
        fill("later");
        settle();
        assertThat(writer.find("later")).as("there is room again").isNotNull();
    }

    @Test
    void removal_hidesItsKeyAtOnce_andCompletesWhenItIsWritten() throws IOException {
        fill("k");
        settle();
        TestSubscriber<Void> removed = remove(fence.begin("k"));
        assertThat(writer.find("k")).isNull();
        assertThat(removed.isTerminated()).isFalse();
        assertThat(writer.owesRemovals()).isTrue();
        settle();
        assertThat(removed.isTerminatedComplete()).isTrue();
        assertThat(writer.owesRemovals()).isFalse();
        reopenAfterKill();
        assertThat(writer.find("k")).isNull();
    }

    @Test
    void prefixRemoval_hidesItsKeysAtOnce_andForGood_butNotWhatComesAfter() throws IOException {
        fill("a/1");
        settle();
        PrefixMarks.Mark mark = fence.beginPrefix("a/");
        TestSubscriber<Void> removed = TestSubscriber.create();
        writer.removePrefix("a/", mark.begunAt).subscribe(removed);
        assertThat(writer.find("a/1")).isNull();
        settle();
        assertThat(removed.isTerminatedComplete()).isTrue();
        fence.endPrefix(mark, End.APPLIED);
        fill("a/2");
        settle();
        assertThat(read("a/1")).isNull();
        assertThat(read("a/2")).isNotNull();
        reopenAfterKill();
        assertThat(read("a/1")).isNull();
        assertThat(read("a/2")).isNotNull();
    }

    @Test
    void usedCopies_areKeptOverManySegments_unusedOnesGo() {
        fill("used");
        fill("unused");
        settle();
        for (int i = 0; i < 40; i++) {
            log.touch(find("used"));
            writer.fill("f" + i, entry("f" + i, 700), fence.pass("f" + i));
            settle();
        }
        assertThat(writer.find("used")).isNotNull();
        assertThat(writer.find("unused")).isNull();
        assertThat(stats.evictions.sum()).isGreaterThan(10);
        assertThat(files.mostBytes()).isLessThanOrEqualTo(5 * (4 << 10));
    }

    @Test
    void copyRemoved_whileItsSegmentIsToBeRecycled_isNotWrittenAgain() throws IOException {
        fill("k");
        settle();
        log.touch(find("k"));
        for (int i = 0; i < 40; i++) {
            writer.fill("f" + i, entry("f" + i, 700), fence.pass("f" + i));
            if (i == 2) {
                remove(fence.begin("k"));
            }
            settle();
        }
        assertThat(writer.find("k")).isNull();
        reopenAfterKill();
        assertThat(writer.find("k")).isNull();
    }

    @Test
    void failure_isToldOnce_removalsFail_fillsAreGivenUp_nothingIsLeft() {
        files.failWith("broken");
        fill("a");
        TestSubscriber<Void> removed = remove(fence.begin("b"));
        settle();
        fill("c");
        TestSubscriber<Void> late = remove(fence.begin("d"));
        settle();
        assertThat(failures).hasSize(1).allSatisfy(e -> assertThat(e).hasMessage("broken"));
        assertThat(removed.expectTerminalError()).isInstanceOf(IOException.class);
        assertThat(late.expectTerminalError()).isInstanceOf(IOException.class);
        assertThat(stats.failedFills.sum()).isEqualTo(2);
        assertThat(writer.isIdle()).isTrue();
        assertThat(writer.owesRemovals()).isFalse();
    }

    @Test
    void directoryThatIsGone_isNoticedByTheNextBatchAfterASecond() {
        fill("a");
        settle();
        files.removed(true);
        simulation.runFor(Duration.ofMillis(1100));
        fill("b");
        settle();
        assertThat(failures).hasSize(1);
    }

    @Test
    void drained_completesBehindAllThatWasTold_andNotBefore() {
        fill("a");
        TestSubscriber<Void> drained = TestSubscriber.create();
        writer.drained().subscribe(drained);
        assertThat(drained.isTerminated()).isFalse();
        settle();
        assertThat(drained.isTerminatedComplete()).isTrue();
        assertThat(writer.find("a")).isNotNull();
    }

    private CachedEntry entry(String key, int bytes) {
        ObjectInfo info = new ObjectInfo(key, bytes, "e", null, runtime.clock().instant(), null);
        return new CachedEntry(
                info,
                ByteBuffer.allocate(bytes).asReadOnlyBuffer(),
                runtime.nanoTime(),
                freshness.epoch(),
                freshness,
                Lifecycle.trivial());
    }

    private void fill(String key) {
        writer.fill(key, entry(key, 10), fence.pass(key));
    }

    private TestSubscriber<Void> remove(Ticket ticket) {
        TestSubscriber<Void> removed = TestSubscriber.create();
        writer.remove(ticket.key, ticket.begun.stamp()).subscribe(removed);
        return removed;
    }

    private void settle() {
        simulation.await(works.settled());
        simulation.runFor(Duration.ofMillis(1));
    }

    private Place find(String key) {
        Place place = writer.find(key);
        assertThat(place).isNotNull();
        return place;
    }

    private Object read(String key) throws IOException {
        Place place = writer.find(key);
        return place == null ? null : log.read(key, place);
    }

    private long bytes() {
        return log.segments().stream().mapToLong(SegmentFacts::recordBytes).sum();
    }

    private void reopenAfterKill() throws IOException {
        files.kill();
        open();
        for (boolean done = false; !done; ) {
            recovery.goOnByOne();
            done = log.recover();
        }
    }
}
