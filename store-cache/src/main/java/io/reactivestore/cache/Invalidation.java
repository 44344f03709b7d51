package io.reactivestore.cache;

import io.reactivestore.Keys;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How the caches of several processes tell each other what they have written. */
public interface Invalidation {

    /** What one of them says. */
    sealed interface Event {

        /** This key was written. */
        record KeyChanged(String key) implements Event {
            /** @throws IllegalArgumentException if it is no key */
            public KeyChanged {
                Keys.requireKey("KeyChanged", key);
            }
        }

        /** Keys with this prefix were written. */
        record PrefixChanged(String prefix) implements Event {
            /** @throws IllegalArgumentException if no key can have it */
            public PrefixChanged {
                Keys.requirePrefix("PrefixChanged", prefix);
            }
        }

        /** Events may have been lost until now: every copy is to be confirmed by the source before it is served again. */
        record Reconnected() implements Event {}
    }

    /** What others say, from the subscription on; not what this process announced. */
    Flux<Event> received();

    /** Tells the others; behind the caller of the write, whom a failure does not reach. */
    Mono<Void> announce(Event event);
}
