/**
 * What a {@link io.reactivestore.Store} promises, as JUnit tests that anybody who writes one inherits.
 *
 * <p>A test class implements {@link io.reactivestore.testkit.FullStoreContract}, or some of the suites it bundles, and says which
 * store to test:
 *
 * <pre>{@code
 * class MyStoreContractTest implements FullStoreContract {
 *     private final Store store = MyStore.builder().build();
 *
 *     public Store store() {
 *         return store;
 *     }
 * }
 * }</pre>
 *
 * <p>Cases that the store's capabilities rule out are not skipped: they check that it refuses what it cannot do ({@link
 * io.reactivestore.testkit.Needs}). What the server behind it does wrong is declared with its reason ({@link
 * io.reactivestore.testkit.Deviation}); such a case still runs, is reported as aborted, and fails once the server does it right.
 *
 * <p>{@link io.reactivestore.testkit.StoreContract} says what every case watches over, and which option of the JVM that needs.
 */
@NullMarked
package io.reactivestore.testkit;

import org.jspecify.annotations.NullMarked;
