package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnsupportedException;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A capability that a case may need, and how a store without it must behave. */
public enum Need {
    /** Put and copy. */
    WRITES {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            refuses(contract, store.put(StoreContract.KEY, Content.text("new")));
            refuses(contract, store.put("new", Content.text("new")));
            refuses(
                    contract,
                    store.put(
                            "new", Content.text("new"), WriteOptions.defaults().withIfAbsent()));
            refuses(contract, store.copy(StoreContract.KEY, "new"));
        }
    },
    /** Delete, deleteAll, deletePrefix. */
    DELETES {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            refuses(contract, store.delete(StoreContract.KEY));
            refuses(contract, store.deletePrefix(""));
            refuses(contract, store.deleteAll(Flux.just(StoreContract.KEY)).concatMap(Need::errorOf));
        }
    },
    /** Conditions of a put. */
    CONDITIONAL_PUT {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            refuses(
                    contract,
                    store.put(
                            "new", Content.text("new"), WriteOptions.defaults().withIfAbsent()));
            refuses(contract, store.put(StoreContract.KEY, Content.text("new"), anyEtag()));
            refuses(contract, store.putIfAbsent("new", Content.text("new")));
            refuses(contract, store.putIfMatch(StoreContract.KEY, "etag", Content.text("new")));
        }
    },
    /** The condition of a delete. */
    CONDITIONAL_DELETE {
        @Override
        void checkRefusal(StoreContract contract) {
            DeleteOptions ifMatch = DeleteOptions.defaults().withIfMatch("etag");
            refuses(contract, contract.store().delete(StoreContract.KEY, ifMatch));
        }
    },
    /** Conditions of a copy. */
    CONDITIONAL_COPY {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            refuses(
                    contract,
                    store.copy(StoreContract.KEY, "new", WriteOptions.defaults().withIfAbsent()));
            refuses(contract, store.copy(StoreContract.KEY, StoreContract.KEY + 2, anyEtag()));
        }
    },
    /** Attributes that come back as they were given. */
    ATTRIBUTES {
        @Override
        void checkRefusal(StoreContract contract) {
            WriteOptions typed =
                    WriteOptions.defaults().withAttributes(Attributes.none().withContentType("text/plain"));
            refuses(contract, contract.store().put("typed", Content.text("text"), typed));
            refuses(contract, contract.store().copy(StoreContract.KEY, "typed", typed));
            contract.none(contract.store().get("typed"));
        }
    },
    /** An order in which keys are listed, and with it the bounds of a listing. */
    LIST_ORDER {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            refuses(contract, store.list(ListOptions.defaults().withStartAfter("a")));
            refuses(contract, store.list(ListOptions.defaults().withEndBefore("b")));
        }
    },
    /** Old versions. */
    VERSIONS {
        @Override
        void checkRefusal(StoreContract contract) {
            Store store = contract.store();
            ReadOptions version = ReadOptions.defaults().withVersion("version");
            refuses(contract, store.get(StoreContract.KEY, version));
            refuses(contract, store.head(StoreContract.KEY, version));
            refuses(contract, store.read(StoreContract.KEY, version));
            refuses(contract, store.getRanges(StoreContract.KEY, List.of(ByteRange.from(0)), version));
            refuses(
                    contract,
                    store.delete(StoreContract.KEY, DeleteOptions.defaults().withVersion("version")));
        }
    };

    boolean isMetBy(StoreCapabilities capabilities) {
        return switch (this) {
            case WRITES -> capabilities.writes();
            case DELETES -> capabilities.deletes();
            case CONDITIONAL_PUT -> capabilities.conditionalPut();
            case CONDITIONAL_DELETE -> capabilities.conditionalDelete();
            case CONDITIONAL_COPY -> capabilities.conditionalCopy();
            case ATTRIBUTES -> capabilities.attributes();
            case LIST_ORDER -> capabilities.listOrder() != ListOrder.NONE;
            case VERSIONS -> capabilities.versions();
        };
    }

    /** Checks a store that cannot do it: it says so, and changes nothing. */
    void check(StoreContract contract) {
        contract.given(StoreContract.KEY, "old");
        List<ObjectInfo> before = contract.all(contract.store().list("a/"));
        checkRefusal(contract);
        assertThat(contract.all(contract.store().list("a/"))).isEqualTo(before);
        assertThat(contract.textOf(StoreContract.KEY)).isEqualTo("old");
    }

    abstract void checkRefusal(StoreContract contract);

    private static WriteOptions anyEtag() {
        return WriteOptions.defaults().withIfMatch("etag");
    }

    private static void refuses(StoreContract contract, Publisher<?> operation) {
        StoreException error = contract.failure(StoreUnsupportedException.class, operation);
        assertThat(error.retryable()).isFalse();
    }

    private static Publisher<DeleteResult> errorOf(DeleteResult result) {
        return result.error() == null ? Flux.just(result) : Flux.error(result.error());
    }
}
