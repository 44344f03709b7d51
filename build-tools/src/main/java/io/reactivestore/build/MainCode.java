package io.reactivestore.build;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/** What the rules look at. */
public interface MainCode {

    /** The compiled main code of the module of this test. */
    default JavaClasses mainCode() {
        return new ClassFileImporter().importPath(ModuleUnderTest.of(getClass()).classes());
    }
}
