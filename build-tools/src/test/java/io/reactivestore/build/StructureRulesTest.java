package io.reactivestore.build;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.bare.Bare;
import io.reactivestore.cache.KnowsS3;
import io.reactivestore.s3.Known;
import io.reactivestore.sample.Shown;
import io.reactivestore.sample.Shows;
import io.reactivestore.sample.internal.Hidden;
import org.junit.jupiter.api.Test;

class StructureRulesTest {

    @Test
    void moduleThatKnowsAnother_isFound() {
        RulesFor rules = RulesFor.classes(KnowsS3.class, Known.class);
        assertThatThrownBy(rules::everyClass_knowsOnlyTheModulesItMay)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("io.reactivestore.cache.KnowsS3");
        RulesFor.classes(Known.class, Shown.class).everyClass_knowsOnlyTheModulesItMay();
    }

    @Test
    void internalTypeInSignature_isFound() {
        RulesFor.eachMethodBreaks(Shows.class, StructureRules::publicSignature_showsNoInternalType);
        RulesFor.classes(Shown.class, Hidden.class).publicSignature_showsNoInternalType();
    }

    @Test
    void packageWithoutNullMarked_isFound() throws ClassNotFoundException {
        assertThatThrownBy(RulesFor.classes(Bare.class)::everyPackage_isNullMarked)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("io.reactivestore.bare has no package-info");
        RulesFor.classes(RulesFor.class, Class.forName("io.reactivestore.build.package-info"))
                .everyPackage_isNullMarked();
    }
}
