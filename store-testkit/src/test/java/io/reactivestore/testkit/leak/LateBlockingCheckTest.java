package io.reactivestore.testkit.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** The check begins while Reactor's threads already wait for tasks, as when other tests ran before in the same JVM. */
class LateBlockingCheckTest {

    private static final int THREADS = Schedulers.DEFAULT_POOL_SIZE;

    @Test
    void threadsThatWaitedBefore_runTasksInTime_andHaveNotBlocked() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+AllowRedefinitionToAddDeleteMethods",
                        "-XX:-PrintWarnings",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LateBlockingCheckTest.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    public static void main(String[] args) throws InterruptedException {
        boolean begun = allRun(0);
        BlockingCheck check = new BlockingCheck();
        check.begin();
        boolean ran = begun && allRun(20) && allRun(20);
        check.end();
        System.exit(ran ? 0 : 1);
    }

    /** Whether each thread runs a task that comes due after so long. */
    private static boolean allRun(int millis) throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(THREADS);
        for (int i = 0; i < THREADS; i++) {
            Schedulers.parallel().schedule(ran::countDown, millis, TimeUnit.MILLISECONDS);
        }
        return ran.await(10, TimeUnit.SECONDS);
    }
}
