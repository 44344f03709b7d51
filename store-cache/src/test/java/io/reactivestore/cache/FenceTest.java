package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FenceTest {

    private static final String KEY = "k";
    private static final Duration IN_DOUBT = Duration.ofSeconds(60);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Fence fence = new Fence(runtime, IN_DOUBT);

    @Test
    void passOfAQuietKey_isAdmitted() {
        assertThat(admits(fence.pass(KEY))).isTrue();
    }

    @Test
    void passFromBeforeAnEnd_isNeitherAdmittedNorCurrent() {
        Pass pass = fence.pass(KEY);
        Ticket ticket = fence.begin(KEY);
        assertThat(admits(pass)).as("in flight").isFalse();
        assertThat(fence.isCurrent(KEY, pass)).as("may be joined until the end").isTrue();
        fence.end(ticket, End.REFUSED);
        assertThat(admits(pass)).isFalse();
        assertThat(fence.isCurrent(KEY, pass)).isFalse();
        assertThat(admits(fence.pass(KEY))).isTrue();
    }

    @Test
    void passFromWithinAMutation_isNotAdmittedAfterIt() {
        Ticket ticket = fence.begin(KEY);
        Pass pass = fence.pass(KEY);
        fence.end(ticket, End.APPLIED);
        assertThat(admits(pass)).isFalse();
    }

    @Test
    void doubt_endsByItself_andOutdatesThePassesTakenInIt() {
        fence.end(fence.begin(KEY), End.UNKNOWN);
        Pass within = fence.pass(KEY);
        runtime.simulation().runFor(IN_DOUBT.minusNanos(1));
        assertThat(admits(fence.pass(KEY))).isFalse();
        assertThat(fence.isQuiet()).isFalse();
        runtime.simulation().runFor(Duration.ofNanos(1));
        assertThat(fence.isCurrent(KEY, within)).isFalse();
        assertThat(admits(within)).isFalse();
        assertThat(admits(fence.pass(KEY))).isTrue();
        assertThat(fence.isQuiet()).isTrue();
    }

    @Test
    void doubtWithinADoubt_countsFromTheLastEnd() {
        fence.end(fence.begin(KEY), End.UNKNOWN);
        runtime.simulation().runFor(IN_DOUBT.dividedBy(2));
        fence.end(fence.begin(KEY), End.UNKNOWN);
        runtime.simulation().runFor(IN_DOUBT.dividedBy(2));
        assertThat(admits(fence.pass(KEY))).isFalse();
        runtime.simulation().runFor(IN_DOUBT.dividedBy(2));
        assertThat(admits(fence.pass(KEY))).isTrue();
    }

    @Test
    void anAcknowledgedMutation_doesNotEndTheDoubtOfAnEarlierOne() {
        fence.end(fence.begin(KEY), End.UNKNOWN);
        fence.end(fence.begin(KEY), End.APPLIED);
        assertThat(admits(fence.pass(KEY))).isFalse();
    }

    @Test
    void ownBytes_ofAPutAlone_areInstalled() {
        Ticket ticket = fence.begin(KEY);
        assertThat(owns(ticket)).as("not before its end").isFalse();
        fence.end(ticket, End.APPLIED);
        assertThat(owns(ticket)).isTrue();
        assertThat(admits(ticket.ownPass())).isTrue();
    }

    @Test
    void ownBytes_withAnotherMutationAbout_areNot() {
        Ticket around = fence.begin(KEY);
        Ticket within = fence.begin(KEY);
        fence.end(within, End.APPLIED);
        assertThat(owns(within)).isFalse();
        fence.end(around, End.APPLIED);
        assertThat(owns(around)).isFalse();
        assertThat(owns(within)).as("not alone at its begin").isFalse();
    }

    @Test
    void ownBytes_inDoubtOrOutOfAPrefixMutation_areNot() {
        fence.end(fence.begin(KEY), End.UNKNOWN);
        Ticket inDoubt = fence.begin(KEY);
        runtime.simulation().runFor(IN_DOUBT);
        fence.end(inDoubt, End.APPLIED);
        assertThat(owns(inDoubt)).isFalse();

        PrefixMarks.Mark mark = fence.beginPrefix("");
        Ticket under = fence.begin(KEY);
        fence.endPrefix(mark, End.APPLIED);
        fence.end(under, End.APPLIED);
        assertThat(owns(under)).isFalse();
    }

    @Test
    void everyKey_isInDoubtAfterAKill() {
        Pass pass = fence.pass("any");
        fence.doubtAll();
        assertThat(admits("any", pass)).isFalse();
        assertThat(admits("any", fence.pass("any"))).isFalse();
        runtime.simulation().runFor(IN_DOUBT);
        assertThat(admits("any", fence.pass("any"))).isTrue();
    }

    @Test
    void oneKey_isInDoubtAfterAKill_othersAreNot() {
        fence.doubt(KEY);
        Pass within = fence.pass(KEY);
        assertThat(admits(within)).isFalse();
        assertThat(admits("another", fence.pass("another"))).isTrue();
        runtime.simulation().runFor(IN_DOUBT);
        assertThat(admits(within)).isFalse();
        assertThat(admits(fence.pass(KEY))).isTrue();
    }

    @Test
    void prefix_isInDoubtAfterAKill_otherKeysAreNot() {
        fence.doubtPrefix("a/");
        assertThat(admits("a/k", fence.pass("a/k"))).isFalse();
        assertThat(admits("b/k", fence.pass("b/k"))).isTrue();
        runtime.simulation().runFor(IN_DOUBT);
        assertThat(admits("a/k", fence.pass("a/k"))).isTrue();
    }

    @Test
    void heldFence_installsNothing_untilItIsReleasedByAll() {
        Pass pass = fence.pass(KEY);
        fence.hold();
        fence.hold();
        fence.release();
        assertThat(admits(pass)).isFalse();
        assertThat(fence.isQuiet()).isFalse();
        Ticket within = fence.begin(KEY);
        fence.release();
        assertThat(admits("another", pass)).isTrue();
        fence.end(within, End.APPLIED);
        assertThat(owns(within)).as("begun while nobody knew what is in doubt").isFalse();
        assertThat(fence.isQuiet()).isTrue();
    }

    @Test
    void putBegunBeforeADoubtWasFound_endedAfterIt_doesNotOwnItsBytes() {
        Ticket ticket = fence.begin(KEY);
        fence.doubt(KEY);
        runtime.simulation().runFor(IN_DOUBT);
        fence.end(ticket, End.APPLIED);
        assertThat(owns(ticket)).isFalse();
    }

    @Test
    void mutationKnowsThePassOfItsBegin() {
        fence.endPrefix(fence.beginPrefix("x"), End.APPLIED);
        fence.end(fence.begin(KEY), End.UNKNOWN);
        runtime.simulation().runFor(IN_DOUBT);
        Ticket ticket = fence.begin(KEY);
        assertThat(ticket.begun).isEqualTo(new Pass(2, 2));
        fence.end(ticket, End.APPLIED);
        assertThat(ticket.ownPass()).isEqualTo(new Pass(3, 2));
    }

    @Test
    void copyToBeConfirmed_isTakenInDoubt_butNotPastAMutation() {
        fence.doubtAll();
        Pass pass = fence.pass(KEY);
        assertThat(fence.ifUnwritten(KEY, pass, () -> {})).isTrue();
        Ticket ticket = fence.begin(KEY);
        assertThat(fence.ifUnwritten(KEY, pass, () -> {})).isFalse();
        fence.end(ticket, End.REFUSED);
        assertThat(fence.ifUnwritten(KEY, pass, () -> {})).isFalse();
    }

    @Test
    void passIsFirst_untilAnyMutationHasEnded() {
        assertThat(fence.pass(KEY).isFirst()).isTrue();
        fence.end(fence.begin(KEY), End.APPLIED);
        assertThat(fence.pass(KEY).isFirst()).isFalse();
        assertThat(fence.pass("another").isFirst()).isTrue();
        fence.endPrefix(fence.beginPrefix("x"), End.APPLIED);
        assertThat(fence.pass("another").isFirst()).isFalse();
    }

    private boolean admits(Pass pass) {
        return admits(KEY, pass);
    }

    private boolean admits(String key, Pass pass) {
        boolean[] installed = new boolean[1];
        boolean said = fence.ifAdmitted(key, pass, () -> installed[0] = true);
        assertThat(installed[0]).isEqualTo(said);
        return said;
    }

    private boolean owns(Ticket ticket) {
        return fence.ifOwn(ticket, () -> {});
    }
}
