package io.reactivestore.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a case, or every case of a suite, asks of the store's capabilities. For a store without one of them the case checks instead
 * that it says so: what is not supported must be refused, never done halfway.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {

    Need[] value();
}
