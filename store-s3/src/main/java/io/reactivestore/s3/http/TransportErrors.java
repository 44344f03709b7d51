package io.reactivestore.s3.http;

import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import reactor.core.Exceptions;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.PrematureCloseException;

/**
 * Maps what Reactor Netty and the pool throw to what the SDK knows. The SDK tries again after an {@link IOException}, so whatever may
 * be better the next time is one; the words about the pool are those by which the SDK's other clients tell these cases.
 */
final class TransportErrors {

    private TransportErrors() {}

    static Throwable of(Throwable thrown, String endpoint) {
        Throwable error = unwrap(thrown);
        // The types of the pool are hidden inside Reactor Netty.
        switch (error.getClass().getSimpleName()) {
            case "PoolAcquireTimeoutException" -> {
                return new IOException(
                        "Acquire operation took longer than the configured maximum time: no connection to " + endpoint
                                + " was free. More connections, or fewer requests at a time, may help",
                        error);
            }
            case "PoolAcquirePendingLimitException" -> {
                return new IOException(
                        "Maximum pending acquire operations exceeded: too many requests wait for a connection to "
                                + endpoint,
                        error);
            }
            case "PoolShutdownException" -> {
                return new IllegalStateException("the HTTP client is closed", error);
            }
            default -> {}
        }
        if (error instanceof IOException || error instanceof Error) {
            return error;
        }
        if (error instanceof DecoderException || hasNettyDecoderTrace(error)) {
            return new IOException("the answer of " + endpoint + " is malformed", error);
        }
        if (error instanceof AbortedException) {
            return new IOException("the connection to " + endpoint + " was closed", error);
        }
        return error;
    }

    /** Whether a connection that was kept turned out to be closed; not one that could not be made, or is not trusted. */
    static boolean isClosedConnection(Throwable thrown) {
        Throwable error = unwrap(thrown);
        return error instanceof PrematureCloseException
                || error instanceof AbortedException
                || error instanceof ClosedChannelException
                || AbortedException.isConnectionReset(error);
    }

    static IOException timedOut(String what, Duration limit) {
        return new SocketTimeoutException(what + " timed out after " + limit.toMillis() + " ms");
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable error = Exceptions.unwrap(thrown);
        while (error.getCause() != null && isWrapper(error)) {
            error = error.getCause();
        }
        return error;
    }

    private static boolean isWrapper(Throwable error) {
        return error instanceof CompletionException
                || (error instanceof DecoderException && error.getCause() instanceof SSLException);
    }

    /** Netty's decoder refuses a malformed head with plain runtime exceptions. */
    private static boolean hasNettyDecoderTrace(Throwable error) {
        for (StackTraceElement element : error.getStackTrace()) {
            if (element.getClassName().startsWith("io.netty.handler.codec.http.HttpObjectDecoder")) {
                return true;
            }
        }
        return false;
    }
}
