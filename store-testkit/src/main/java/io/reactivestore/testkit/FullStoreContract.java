package io.reactivestore.testkit;

/**
 * All suites that hold for every {@link io.reactivestore.Store}. What a store cannot do ({@code capabilities()}) it must refuse, and
 * these suites check that; so this is the one to implement, also for a store that only reads.
 */
public interface FullStoreContract
        extends ArgumentsContract,
                AttributesContract,
                BufferContract,
                BulkDeleteContract,
                ClosingContract,
                ConcurrencyContract,
                ConditionalReadContract,
                ConditionalWriteContract,
                ContentContract,
                ContextContract,
                CopyContract,
                DeleteContract,
                DeletePrefixContract,
                DirectoryContract,
                EmptyObjectContract,
                ErrorsContract,
                FactsContract,
                LazinessContract,
                LifecycleContract,
                ListBoundsContract,
                ListContract,
                ManyReadsContract,
                OddKeysContract,
                PinnedBodyContract,
                PooledContentContract,
                RandomOperationsContract,
                RangeContract,
                RangesContract,
                ReadContract,
                StreamingContract,
                VersionsContract,
                WriteContract {}
