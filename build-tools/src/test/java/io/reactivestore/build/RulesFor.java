package io.reactivestore.build;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The rules on some classes in place of a module. An interface, for a class would be taken for a test. */
interface RulesFor extends StructureRules, NonBlockingRules {

    @Override
    JavaClasses mainCode();

    static RulesFor classes(Class<?>... types) {
        return () -> new ClassFileImporter().importClasses(types);
    }

    /** Each method of the class breaks the rule. */
    static void eachMethodBreaks(Class<?> type, Consumer<RulesFor> rule) {
        String[] methods = Stream.of(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(method -> type.getSimpleName() + "." + method.getName() + "(")
                .toArray(String[]::new);
        assertThatThrownBy(() -> rule.accept(classes(type)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(methods);
    }
}
