/**
 * A whole store on one virtual, seeded, single-threaded loop: {@link io.reactivestore.testkit.simulate.Simulation} is the loop and
 * its time, {@link io.reactivestore.testkit.simulate.SimulatedRuntime} one process on it.
 */
@NullMarked
package io.reactivestore.testkit.simulate;

import org.jspecify.annotations.NullMarked;
