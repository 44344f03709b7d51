package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * Asks a provider of credentials, which may read files or call a server, on the I/O threads only: the SDK would ask it on the
 * thread of whoever makes a request.
 */
final class AsyncCredentials implements IdentityProvider<AwsCredentialsIdentity> {
    /*
     * How it works. The last credentials are kept and given out at once. When they are a minute old, or about to expire, one
     * task asks for new ones, and while it runs the old ones go on being given out as long as they are valid. Providers keep
     * their credentials themselves, so asking once a minute costs nothing.
     *
     * The SDK waits for the future that it is given, on the thread that makes the request. So whoever calls the SDK gets credentials
     * first, and has them in hand while it calls: then that future is complete.
     *
     *   state     written by                  guard   seen by others
     *   known     the task                    this    at once
     *   asking    request, the task           this    at once; null when no task runs
     */

    private static final Duration FRESH = Duration.ofMinutes(1);

    /** A request takes a while to arrive, and clocks differ. */
    private static final Duration SAFETY = Duration.ofSeconds(15);

    private static final ThreadLocal<@Nullable AwsCredentialsIdentity> IN_HAND = new ThreadLocal<>();

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final IdentityProvider<? extends AwsCredentialsIdentity> provider;
    private final StoreRuntime runtime;
    private @Nullable AwsCredentialsIdentity known;
    private Instant askedAt = Instant.EPOCH;
    private @Nullable CompletableFuture<AwsCredentialsIdentity> asking;

    AsyncCredentials(IdentityProvider<? extends AwsCredentialsIdentity> provider, StoreRuntime runtime) {
        this.provider = provider;
        this.runtime = runtime;
    }

    /** Credentials that are valid, now or when they are here. */
    CompletableFuture<AwsCredentialsIdentity> get() {
        return find(ANY);
    }

    /** Calls the SDK with these credentials in hand. */
    <T> T with(AwsCredentialsIdentity identity, Supplier<T> call) {
        IN_HAND.set(identity);
        try {
            return call.get();
        } finally {
            IN_HAND.remove();
        }
    }

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
        return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
        AwsCredentialsIdentity held = IN_HAND.get();
        return held != null ? CompletableFuture.completedFuture(held) : find(request);
    }

    private CompletableFuture<AwsCredentialsIdentity> find(ResolveIdentityRequest request) {
        CompletableFuture<AwsCredentialsIdentity> answer;
        CompletableFuture<AwsCredentialsIdentity> begun = null;
        synchronized (this) {
            Instant now = runtime.clock().instant();
            AwsCredentialsIdentity usable = known != null && isValid(known, now) ? known : null;
            boolean isFresh = usable != null && now.isBefore(askedAt.plus(FRESH)) && !now.isBefore(askedAt);
            if (!isFresh && asking == null) {
                begun = new CompletableFuture<>();
                asking = begun;
            }
            // A copy, since whoever gives up waiting may cancel what it was given.
            answer = usable != null || asking == null ? CompletableFuture.completedFuture(usable) : asking.copy();
        }
        if (begun != null) {
            ask(request, begun);
        }
        return answer;
    }

    private void ask(ResolveIdentityRequest request, CompletableFuture<AwsCredentialsIdentity> begun) {
        try {
            runtime.io().schedule(() -> askNow(request, begun));
        } catch (RuntimeException rejected) {
            answered(begun, null, rejected);
        }
    }

    private void askNow(ResolveIdentityRequest request, CompletableFuture<AwsCredentialsIdentity> begun) {
        try {
            // What it returns is no news: answered() throws nothing.
            var unused = provider.resolveIdentity(request)
                    .whenComplete((identity, error) -> answered(begun, identity, error));
        } catch (RuntimeException e) {
            answered(begun, null, e);
        }
    }

    private void answered(
            CompletableFuture<AwsCredentialsIdentity> begun,
            @Nullable AwsCredentialsIdentity identity,
            @Nullable Throwable error) {
        synchronized (this) {
            asking = null;
            if (identity != null) {
                known = identity;
                askedAt = runtime.clock().instant();
            }
        }
        // Waiters go on, and sign, on this thread.
        if (identity != null) {
            begun.complete(identity);
        } else {
            begun.completeExceptionally(error == null ? new IllegalStateException("no credentials") : error);
        }
    }

    private static boolean isValid(AwsCredentialsIdentity identity, Instant now) {
        return identity.expirationTime()
                .map(expires -> now.isBefore(expires.minus(SAFETY)))
                .orElse(true);
    }
}
