/**
 * The checks that every module's tests share. A module takes them by one test class:
 *
 * <pre>{@code
 * class ArchitectureTest implements StructureRules, NonBlockingRules, PublicApiRule {}
 * }</pre>
 */
@NullMarked
package io.reactivestore.build;

import org.jspecify.annotations.NullMarked;
