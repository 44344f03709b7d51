package io.reactivestore.s3;

import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Lifecycle;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads objects by their presigned URLs, as {@link S3Reads} does by their keys. */
final class PresignedReads {

    private static final String OPERATION = "getPresigned";

    private final Supplier<S3Clients.Made> made;
    private final Alarms alarms;
    private final RequestLine line;
    private final Hedging hedging;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Settings settings;
    private final ReadBudget budget;
    private final Lifecycle lifecycle;

    PresignedReads(
            Supplier<S3Clients.Made> made,
            Alarms alarms,
            RequestLine line,
            Hedging hedging,
            S3Requests requests,
            S3Settings settings,
            ReadBudget budget,
            Lifecycle lifecycle) {
        this.made = made;
        this.alarms = alarms;
        this.line = line;
        this.hedging = hedging;
        this.requests = requests;
        this.errors = new S3Errors("of this URL", lifecycle::isClosed);
        this.settings = settings;
        this.budget = budget;
        this.lifecycle = lifecycle;
    }

    /** Never prints what may be a secret: not the query, and not the user info. */
    static URL requireUrl(URI url) {
        String scheme = url.getScheme();
        boolean isHttp = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        if (!isHttp
                || url.getHost() == null
                || url.getRawPath() == null
                || url.getRawPath().length() < 2) {
            throw malformed();
        }
        try {
            return url.toURL();
        } catch (MalformedURLException e) {
            throw malformed();
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException(OPERATION + ": need an http or https URL of an object");
    }

    Mono<StoredObject> get(URI url, URL checked, ReadOptions options) {
        S3Calls calls = new S3Calls(() -> of(checked), settings.runtime(), alarms, line, hedging);
        S3Facts facts = new S3Facts(false);
        S3Heads heads = new S3Heads(calls, requests, errors, facts, settings);
        PartReader reader = new PartReader(calls, requests, errors, facts, settings, alarms);
        return new S3Reads(reader, heads, errors, settings, budget, lifecycle).get(OPERATION, key(url), options);
    }

    /** What the object is called in facts and errors: the path, which in path style begins with the bucket. */
    static String key(URI url) {
        return url.getPath().substring(1);
    }

    private S3Clients.Made of(URL url) {
        S3Clients.Made all = made.get();
        @Nullable AsyncCredentials none = null;
        return new S3Clients.Made(new PresignedClient(all.client(), url), all.metrics(), none, List.of());
    }
}
