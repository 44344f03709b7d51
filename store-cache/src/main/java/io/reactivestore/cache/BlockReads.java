package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.cache.BlockLoads.Arrived;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Ranges;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/** Answers reads of objects that are kept in blocks. */
final class BlockReads {

    private static final int GROUPS_AT_ONCE = 4;

    private final BlockLoads loads;
    private final BlocksSpec.Settings settings;
    private final Lifecycle lifecycle;
    private final Scheduler delivery;

    BlockReads(BlockLoads loads, Lifecycle lifecycle, Scheduler delivery) {
        this.loads = loads;
        this.settings = loads.settings();
        this.lifecycle = lifecycle;
        this.delivery = delivery;
    }

    /**
     * What to ask about a key, to have these ranges: the blocks from the first one on, at most a part.
     *
     * @param known what was told of the object, and may be outdated; null if nothing is held of it
     * @return null if a part of the object would not tell enough, or is not the way to answer these options
     */
    Question.@Nullable Part question(
            String key, @Nullable ObjectInfo known, List<ByteRange> ranges, ReadOptions options) {
        boolean isPlain = !options.isConditional()
                && options.ifRange() == null
                && ranges.stream().noneMatch(range -> range instanceof ByteRange.Suffix);
        if (options.mode() == ReadMode.SOURCE_ONLY || (known == null && !isPlain)) {
            return null;
        }
        long size = known == null ? 0 : known.size();
        List<Span> spans = ranges.stream().map(range -> asked(range, size)).toList();
        long start = spans.stream().mapToLong(Span::start).min().orElse(0);
        long most = start + settings.partBytes();
        long end = start;
        for (Span span :
                spans.stream().sorted(Comparator.comparingLong(Span::start)).toList()) {
            if (settings.blocks(span.start()) <= settings.blocks(end) + 1) {
                end = Math.max(end, Math.min(most, span.end()));
            }
        }
        long block = settings.blockBytes();
        long first = start / block * block;
        return new Question.Part(key, new Span(first, Math.max(first + block, settings.blocks(end) * block)));
    }

    /** @param size where a suffix ends */
    private Span asked(ByteRange range, long size) {
        if (range instanceof ByteRange.Suffix suffix) {
            return new Span(Math.max(0, size - suffix.length()), size);
        }
        if (range instanceof ByteRange.Bounded bounded) {
            return new Span(bounded.start(), bounded.end());
        }
        long start = ((ByteRange.From) range).start();
        return new Span(start, start + settings.firstBytes(true));
    }

    /**
     * Answers when the first bytes that are missing have come: until then it is an error, and not half an answer, if the object is no
     * longer what its outline says.
     *
     * @param tier where the outline was found
     * @param stale whether that is past its time
     * @param counted hears, once the first bytes are there, where they and the outline came from: the lowest of the tiers that have given
     *     them, the source if it was asked for some that are needed at first, or has failed to give them
     */
    Mono<StoredObject> get(
            CachedEntry outline, ReadOptions options, String tier, boolean stale, Consumer<String> counted) {
        return Mono.create(sink -> {
            First first = new First(outline, options, sink, tier, stale, counted);
            try {
                BlockView view = first.viewFrom(Served.SOURCE);
                if (view.status() != Status.NOT_MODIFIED) {
                    first.begin(view.span());
                }
            } catch (RuntimeException refused) {
                counted.accept(tier);
                sink.error(refused);
                return;
            }
            first.answer();
        });
    }

    /** Where bytes are that are in both: a copy above another is no answer alone. */
    private static String lower(String one, String other) {
        return one.equals(Served.SOURCE) || other.equals(Served.MEMORY) ? one : other;
    }

    private Flux<ByteBuffer> body(BlockView view) {
        return view.status() == Status.NOT_MODIFIED
                ? Flux.empty()
                : body(view.info(), view.span(), view.options().chunkBytes());
    }

    private Flux<ByteBuffer> body(ObjectInfo info, Span span, int chunkBytes) {
        return new BlockBody(info, span, chunkBytes, loads, lifecycle, delivery);
    }

    /** Answers many ranges; those that touch the same or adjoining blocks are read together, at most a part. */
    Flux<RangedObject> getRanges(
            CachedEntry outline, List<ByteRange> ranges, ReadOptions options, String tier, Consumer<String> counted) {
        ObjectInfo info = outline.info();
        List<Wanted> wanted;
        try {
            Conditions.require("getRanges", info, options);
            wanted = IntStream.range(0, ranges.size())
                    .mapToObj(i -> new Wanted(i, Ranges.clip(info, ranges.get(i), options)))
                    .sorted(Comparator.comparingLong(one -> one.span.start()))
                    .toList();
        } catch (RuntimeException refused) {
            counted.accept(tier);
            return Flux.error(refused);
        }
        counted.accept(wanted.stream().map(one -> heldIn(info, one.span)).reduce(tier, BlockReads::lower));
        return Flux.fromIterable(groups(wanted))
                .flatMap(group -> read(info, group, options.chunkBytes()), GROUPS_AT_ONCE, 1);
    }

    private record Wanted(int index, Span span) {}

    private String heldIn(ObjectInfo info, Span span) {
        String found = Served.MEMORY;
        long end = settings.blocks(span.end());
        for (long index = span.start() / settings.blockBytes(); index < end && !found.equals(Served.SOURCE); index++) {
            found = lower(found, loads.heldIn(info, index));
        }
        return found;
    }

    private List<List<Wanted>> groups(List<Wanted> wanted) {
        List<List<Wanted>> groups = new ArrayList<>();
        Span all = new Span(0, 0);
        for (Wanted one : wanted) {
            boolean adjoins = one.span.start() / settings.blockBytes() <= settings.blocks(all.end());
            Span both = new Span(all.start(), Math.max(all.end(), one.span.end()));
            if (!groups.isEmpty() && adjoins && both.length() <= settings.partBytes()) {
                groups.get(groups.size() - 1).add(one);
                all = both;
            } else {
                groups.add(new ArrayList<>(List.of(one)));
                all = one.span;
            }
        }
        return groups;
    }

    private Flux<RangedObject> read(ObjectInfo info, List<Wanted> group, int chunkBytes) {
        long start = group.get(0).span.start();
        long end = group.stream().mapToLong(one -> one.span.end()).max().orElse(start);
        return Mono.defer(() -> {
                    ByteBuffer all = ByteBuffer.allocate((int) (end - start));
                    return body(info, new Span(start, end), chunkBytes)
                            .doOnNext(all::put)
                            .then(Mono.fromSupplier(() -> all.flip()));
                })
                .flatMapIterable(all -> group.stream()
                        .map(one ->
                                new RangedObject(one.index, one.span, part(all, start, one.span, group.size() == 1)))
                        .toList());
    }

    /** In an array of its own, unless it is all that was read: nobody is to keep alive what others have asked for. */
    private static ByteBuffer part(ByteBuffer all, long start, Span span, boolean isAll) {
        ByteBuffer part = all.slice((int) (span.start() - start), (int) span.length());
        return isAll ? part.asReadOnlyBuffer() : Buffers.copy(part);
    }

    /** Waits for the first block of those that are missing, and lets the others come to memory. */
    private final class First implements BlockLoads.Waiter, BlockLoads.Joined {
        /*
         * How it works. `joined` and `first` are written before any block can come. Others may come before the first one, which its
         * tier has no more, and the source may not have: they are no answer. Whoever leaves before the answer gives the blocks up; the answer
         * leaves them to whoever reads the body next.
         *
         *   beginning --answer--> waiting --the first block comes, or any fails to--> told
         *             --the first block comes, or any fails to--> come --answer--> told
         *             --answer, if there is nothing to wait for--> told
         *
         *   state                    written by                              guard                        seen by others
         *   from, error, come,       begin; the first that comes; answer     this object                  at once
         *   waits
         *   answered                 tell                                    volatile                     at once
         */

        private final CachedEntry outline;
        private final ReadOptions options;
        private final MonoSink<StoredObject> sink;
        private final boolean stale;
        private final Consumer<String> counted;
        private final Set<Long> joined = new HashSet<>();
        private long first;
        private String from;
        private volatile boolean answered;
        private @Nullable Throwable error;
        private boolean waits;
        private boolean come;

        /**
         * @param tier where the outline was found
         * @param stale whether that is past its time
         */
        First(
                CachedEntry outline,
                ReadOptions options,
                MonoSink<StoredObject> sink,
                String tier,
                boolean stale,
                Consumer<String> counted) {
            this.outline = outline;
            this.options = options;
            this.sink = sink;
            this.from = tier;
            this.stale = stale;
            this.counted = counted;
        }

        BlockView viewFrom(String tier) {
            boolean isStale = stale && !tier.equals(Served.SOURCE);
            return new BlockView(outline, options, tier, isStale, BlockReads.this::body);
        }

        void begin(Span span) {
            ObjectInfo info = outline.info();
            long toCome = Math.min(span.end(), span.start() + settings.firstBytes(span.end() == info.size()));
            loads.want(info, span.start() / settings.blockBytes(), settings.blocks(toCome), held -> false, this, this);
        }

        @Override
        public void block(long index, @Nullable Tier tier) {
            if (joined.isEmpty()) {
                first = index;
            }
            joined.add(index);
            from(tier);
        }

        private synchronized void from(@Nullable Tier tier) {
            from = lower(from, tier == null ? Served.SOURCE : tier.name());
        }

        void answer() {
            if (joined.isEmpty()) {
                tell();
                return;
            }
            sink.onDispose(() -> loads.leave(outline.info(), joined, this, !answered));
            boolean now;
            synchronized (this) {
                waits = true;
                now = come;
            }
            if (now) {
                tell();
            }
        }

        @Override
        public ContextView contextView() {
            return sink.contextView();
        }

        @Override
        public void arrived(long index, Arrived block) {
            block.release();
            if (index == first) {
                come(block.from, null);
            }
        }

        @Override
        public void failed(Throwable failure) {
            come(null, failure);
        }

        /** @param tier that it comes from, which may be another than has seemed to have it; null for the source */
        private void come(@Nullable Tier tier, @Nullable Throwable failure) {
            boolean now;
            synchronized (this) {
                now = !come && waits;
                if (!come) {
                    from(tier);
                    error = failure;
                }
                come = true;
            }
            if (now) {
                delivery.schedule(this::tell);
            }
        }

        private void tell() {
            String servedBy;
            Throwable failure;
            synchronized (this) {
                servedBy = from;
                failure = error;
            }
            answered = true;
            counted.accept(servedBy);
            if (failure != null) {
                sink.error(failure);
            } else {
                sink.success(viewFrom(servedBy));
            }
        }
    }
}
