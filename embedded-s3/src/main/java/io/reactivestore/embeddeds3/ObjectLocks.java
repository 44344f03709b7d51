package io.reactivestore.embeddeds3;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.StampedLock;

/**
 * Makes each request of an object one step, as S3 does. S3Mock by itself looks at the facts of an object first and at its bytes later, so
 * that a download can carry the old etag with new bytes, or be cut, and of two conditional writes both can win.
 */
final class ObjectLocks implements Filter {
    /*
     * How it works. A request that reads an object shares the lock of its path until the last byte is sent, one that writes it has the
     * lock alone. A copy shares that of its source as well. Stamps, because a download ends on another thread than it began on.
     *
     * A wait is bounded: a client that stops reading, or uploads slowly, must not stop the server. It is then as it was without locks.
     */

    private static final long WAIT_SECONDS = 5;

    private final StampedLock[] stripes = new StampedLock[1024];

    ObjectLocks() {
        Arrays.setAll(stripes, i -> new StampedLock());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        StampedLock target = stripe(http.getRequestURI());
        String from = http.getHeader("x-amz-copy-source");
        StampedLock source = from == null ? target : stripe(from.startsWith("/") ? from : "/" + from);
        Held held = new Held();
        try {
            if (source != target) {
                held.share(source);
            }
            if (http.getMethod().equals("GET") || http.getMethod().equals("HEAD")) {
                held.share(target);
            } else {
                held.own(target);
            }
            chain.doFilter(request, response);
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(held);
            } else {
                held.release();
            }
        }
    }

    private StampedLock stripe(String path) {
        return stripes[Math.floorMod(path.hashCode(), stripes.length)];
    }

    /** What one request holds. */
    private static final class Held implements AsyncListener {

        private final AtomicBoolean released = new AtomicBoolean();
        private Runnable release = () -> {};

        void share(StampedLock lock) {
            hold(lock, true);
        }

        void own(StampedLock lock) {
            hold(lock, false);
        }

        private void hold(StampedLock lock, boolean shared) {
            try {
                long stamp = shared
                        ? lock.tryReadLock(WAIT_SECONDS, TimeUnit.SECONDS)
                        : lock.tryWriteLock(WAIT_SECONDS, TimeUnit.SECONDS);
                if (stamp != 0) {
                    Runnable before = release;
                    release = () -> {
                        lock.unlock(stamp);
                        before.run();
                    };
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void release() {
            if (released.compareAndSet(false, true)) {
                release.run();
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            release();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            release();
        }

        @Override
        public void onError(AsyncEvent event) {
            release();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
