package io.reactivestore.build;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which module may know which, what public signatures may show, and what each package must have. */
public interface StructureRules extends MainCode {

    /**
     * The modules by the package that is theirs alone, each with the other modules it may know besides {@code
     * store-api}. All other packages below {@code io.reactivestore} are {@code store-api}, which knows no other module.
     */
    Map<String, Set<String>> MODULES = Map.of(
            "testkit", Set.of(),
            "s3", Set.of(),
            "cache", Set.of(),
            "micrometer", Set.of("cache"),
            "payload", Set.of(),
            "http", Set.of(),
            "redis", Set.of(),
            "spring", Set.of("s3", "cache", "micrometer", "payload", "http", "redis"));

    /** No module knows one that the module table does not give it. */
    @Test
    default void everyClass_knowsOnlyTheModulesItMay() {
        var classes = mainCode();
        for (String module : MODULES.keySet()) {
            DescribedPredicate<JavaClass> inModule = resideInAPackage(inside(module));
            DescribedPredicate<JavaClass> mayKnowIt = inModule;
            for (var other : MODULES.entrySet()) {
                if (other.getValue().contains(module)) {
                    mayKnowIt = mayKnowIt.or(resideInAPackage(inside(other.getKey())));
                }
            }
            noClasses()
                    .that(DescribedPredicate.not(mayKnowIt).as("other modules have"))
                    .should()
                    .dependOnClassesThat(inModule)
                    .as("No class outside of it depends on " + inside(module))
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    /** What is in a package ending in {@code .internal} is not for users, so they never meet it in a signature. */
    @Test
    default void publicSignature_showsNoInternalType() {
        classes()
                .that(new DescribedPredicate<JavaClass>("are public and not internal") {
                    @Override
                    public boolean test(JavaClass type) {
                        return isVisible(type) && !isInternal(type);
                    }
                })
                .should(new ArchCondition<>("show no internal type") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        internalTypesShownBy(type)
                                .forEach(found -> events.add(SimpleConditionEvent.violated(type, found)));
                    }
                })
                .allowEmptyShould(true)
                .check(mainCode());
    }

    /** NullAway checks {@code @NullMarked} packages only, so each of ours is one. */
    @Test
    default void everyPackage_isNullMarked() {
        classes()
                .should(new ArchCondition<>("be in a package whose package-info has @NullMarked") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        JavaPackage at = type.getPackage();
                        if (!at.isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
                            events.add(SimpleConditionEvent.violated(
                                    type, at.getName() + " has no package-info with @NullMarked: " + type.getName()));
                        }
                    }
                })
                .allowEmptyShould(true)
                .check(mainCode());
    }

    private static String inside(String module) {
        return "io.reactivestore." + module + "..";
    }

    private static boolean isInternal(JavaClass type) {
        return (type.getPackageName() + ".").contains(".internal.");
    }

    private static boolean isVisible(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(StructureRules::isVisible).orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC);
    }

    private static List<String> internalTypesShownBy(JavaClass type) {
        List<String> found = new ArrayList<>();
        type.getSuperclass().ifPresent(t -> collectInternal(t, type.getName() + " extends", found));
        type.getInterfaces().forEach(t -> collectInternal(t, type.getName() + " implements", found));
        type.getTypeParameters().forEach(t -> collectInternal(t, type.getName() + " is generic over", found));
        for (JavaMember member : type.getMembers()) {
            if (!isVisible(member.getModifiers())) {
                continue;
            }
            String where = member.getFullName() + " shows";
            if (member instanceof JavaField field) {
                collectInternal(field.getType(), where, found);
            } else if (member instanceof JavaCodeUnit unit) {
                collectInternal(unit.getReturnType(), where, found);
                unit.getParameterTypes().forEach(t -> collectInternal(t, where, found));
                unit.getTypeParameters().forEach(t -> collectInternal(t, where, found));
                unit.getExceptionTypes().forEach(t -> collectInternal(t, where, found));
            }
        }
        return found;
    }

    private static void collectInternal(JavaType shown, String where, List<String> found) {
        shown.getAllInvolvedRawTypes().stream()
                .map(JavaClass::getBaseComponentType)
                .filter(StructureRules::isInternal)
                .forEach(internal -> found.add(where + " " + internal.getName()));
    }
}
