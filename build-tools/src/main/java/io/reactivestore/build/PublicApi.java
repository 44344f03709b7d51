package io.reactivestore.build;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The public API of a directory of class files as text: one line per public or protected type and member, sorted. */
final class PublicApi {

    /** Every type has them; overriding one changes no signature. */
    private static final Set<String> OF_OBJECT = Set.of("equals(Object)", "hashCode()", "toString()");

    private static final Set<String> OF_ENUM = Set.of("values()", "valueOf(String)");

    private PublicApi() {}

    static List<String> of(Path classes, ClassLoader loader) throws IOException {
        if (!Files.exists(classes)) {
            return List.of();
        }
        TreeSet<String> lines = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> names = files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.'))
                    .filter(name -> !name.contains(".internal."))
                    .toList();
            for (String name : names) {
                Class<?> type = Class.forName(name, false, loader);
                if (isApi(type)) {
                    add(type, lines);
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return new ArrayList<>(lines);
    }

    private static boolean isApi(Class<?> type) {
        return !type.isAnonymousClass()
                && !type.isLocalClass()
                && isVisible(type.getModifiers())
                && (type.getDeclaringClass() == null || isApi(type.getDeclaringClass()));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void add(Class<?> type, Set<String> lines) {
        String name = type.getCanonicalName();
        lines.add(name + " " + header(type));
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic()) {
                lines.add(name + "." + signature(constructor, type.getSimpleName()) + flags(constructor, type)
                        + thrown(constructor));
            }
        }
        // Members that come from a package-private superclass are called through the public type, so they are its API.
        for (Class<?> from = type; from != null && (from == type || !isApi(from)); from = from.getSuperclass()) {
            for (Method method : from.getDeclaredMethods()) {
                String signature = signature(method, method.getName());
                if (isVisible(method.getModifiers())
                        && !method.isSynthetic()
                        && !OF_OBJECT.contains(signature)
                        && !(type.isEnum() && OF_ENUM.contains(signature))) {
                    lines.add(name + "." + signature + ": " + text(method.getAnnotatedReturnType())
                            + flags(method, type) + thrown(method));
                }
            }
            for (Field field : from.getDeclaredFields()) {
                if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                    lines.add(
                            name + "." + field.getName() + ": " + text(field.getAnnotatedType()) + flags(field, type));
                }
            }
        }
    }

    private static String header(Class<?> type) {
        List<String> words = new ArrayList<>();
        if (Modifier.isProtected(type.getModifiers())) {
            words.add("protected");
        }
        if (type.getDeclaringClass() != null && !Modifier.isStatic(type.getModifiers()) && !type.isInterface()) {
            words.add("inner");
        }
        if (Modifier.isAbstract(type.getModifiers()) && !type.isInterface()) {
            words.add("abstract");
        }
        if (Modifier.isFinal(type.getModifiers()) && !type.isRecord() && !type.isEnum()) {
            words.add("final");
        }
        if (type.isSealed() && !type.isEnum()) {
            words.add("sealed");
        }
        String kind = type.isAnnotation()
                ? "annotation"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        words.add(kind + typeParameters(type.getTypeParameters()));
        AnnotatedType parent = type.getAnnotatedSuperclass();
        if (parent != null && kind.equals("class") && parent.getType() != Object.class) {
            words.add("extends " + text(parent));
        }
        if (type.getInterfaces().length > 0 && !type.isAnnotation()) {
            words.add((type.isInterface() ? "extends " : "implements ") + texts(type.getAnnotatedInterfaces()));
        }
        if (type.isSealed() && !type.isEnum()) {
            String permitted = Stream.of(type.getPermittedSubclasses())
                    .filter(PublicApi::isApi)
                    .map(Class::getCanonicalName)
                    .collect(joining(", "));
            words.add("permits " + permitted);
        }
        return String.join(" ", words) + deprecated(type);
    }

    private static String signature(Executable unit, String name) {
        String parameters = texts(unit.getAnnotatedParameterTypes());
        if (unit.isVarArgs()) {
            parameters = parameters.substring(0, parameters.length() - "[]".length()) + "...";
        }
        return name + typeParameters(unit.getTypeParameters()) + "(" + parameters + ")";
    }

    private static String flags(Member member, Class<?> type) {
        int modifiers = member.getModifiers();
        List<String> words = new ArrayList<>();
        if (Modifier.isProtected(modifiers)) {
            words.add("protected");
        }
        if (Modifier.isStatic(modifiers)) {
            words.add("static");
        }
        if (Modifier.isAbstract(modifiers)) {
            words.add("abstract");
        }
        if (member instanceof Method method && method.isDefault()) {
            words.add("default");
        }
        if (Modifier.isFinal(modifiers) && !Modifier.isFinal(type.getModifiers())) {
            words.add("final");
        }
        return (words.isEmpty() ? "" : " [" + String.join(" ", words) + "]") + deprecated((AnnotatedElement) member);
    }

    private static String deprecated(AnnotatedElement element) {
        Deprecated mark = element.getAnnotation(Deprecated.class);
        return mark == null ? "" : mark.forRemoval() ? " @Deprecated(forRemoval)" : " @Deprecated";
    }

    private static String thrown(Executable unit) {
        AnnotatedType[] types = unit.getAnnotatedExceptionTypes();
        return types.length == 0 ? "" : " throws " + texts(types);
    }

    private static String typeParameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Stream.of(variables)
                        .map(v -> v.getName() + bounds(" extends ", v.getAnnotatedBounds()))
                        .collect(joining(", ", "<", ">"));
    }

    private static String bounds(String word, AnnotatedType[] bounds) {
        String text = Stream.of(bounds).map(PublicApi::text).collect(joining(" & "));
        return text.isEmpty() || text.equals("Object") ? "" : word + text;
    }

    private static String texts(AnnotatedType[] types) {
        return Stream.of(types).map(PublicApi::text).collect(joining(", "));
    }

    /** A type as in source, nullness included. */
    private static String text(@Nullable AnnotatedType type) {
        if (type == null) {
            return "";
        }
        String marks = Arrays.stream(type.getAnnotations())
                .map(mark -> "@" + mark.annotationType().getSimpleName() + " ")
                .sorted()
                .collect(joining());
        if (type instanceof AnnotatedArrayType array) {
            return text(array.getAnnotatedGenericComponentType()) + (marks.isEmpty() ? "" : " " + marks) + "[]";
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            AnnotatedType[] lower = wildcard.getAnnotatedLowerBounds();
            return marks + "?"
                    + (lower.length > 0
                            ? bounds(" super ", lower)
                            : bounds(" extends ", wildcard.getAnnotatedUpperBounds()));
        }
        if (type instanceof AnnotatedParameterizedType generic) {
            Type raw = ((ParameterizedType) generic.getType()).getRawType();
            return marks + name(raw) + "<" + texts(generic.getAnnotatedActualTypeArguments()) + ">";
        }
        return marks + name(type.getType());
    }

    private static String name(Type type) {
        String name = type instanceof Class<?> c ? c.getCanonicalName() : type.getTypeName();
        return name.startsWith("java.lang.") && name.indexOf('.', "java.lang.".length()) < 0
                ? name.substring("java.lang.".length())
                : name;
    }
}
