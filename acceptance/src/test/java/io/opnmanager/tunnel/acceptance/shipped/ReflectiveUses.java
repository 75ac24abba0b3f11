package io.opnmanager.tunnel.acceptance.shipped;

import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds calls that look up by name or by type what a native executable only has when it was told of
 * it. What is called through a library that Quarkus knows is that library's matter.
 */
final class ReflectiveUses {

    private static final Map<String, Set<String>> LOOKUPS =
            Map.of(
                    "java/lang/Class",
                    Set.of(
                            "forName",
                            "newInstance",
                            "getConstructor",
                            "getConstructors",
                            "getDeclaredConstructor",
                            "getDeclaredConstructors",
                            "getMethod",
                            "getMethods",
                            "getDeclaredMethod",
                            "getDeclaredMethods",
                            "getField",
                            "getFields",
                            "getDeclaredField",
                            "getDeclaredFields",
                            "getRecordComponents",
                            "getGenericSuperclass",
                            "getGenericInterfaces",
                            "getResource",
                            "getResourceAsStream"),
                    "java/lang/ClassLoader",
                    Set.of(
                            "loadClass",
                            "getResource",
                            "getResources",
                            "getResourceAsStream",
                            "getSystemResource",
                            "getSystemResourceAsStream"),
                    "java/lang/Module",
                    Set.of("getResourceAsStream"),
                    "java/lang/reflect/Proxy",
                    Set.of("newProxyInstance"),
                    "java/util/ServiceLoader",
                    Set.of("load", "loadInstalled"),
                    "java/util/ResourceBundle",
                    Set.of("getBundle"),
                    "java/lang/invoke/MethodHandles$Lookup",
                    Set.of(
                            "findConstructor",
                            "findStatic",
                            "findVirtual",
                            "findSpecial",
                            "findGetter",
                            "findSetter",
                            "findVarHandle",
                            "findClass",
                            "unreflect",
                            "unreflectConstructor",
                            "unreflectSpecial"),
                    "java/lang/System",
                    Set.of("load", "loadLibrary"),
                    "java/io/ObjectInputStream",
                    Set.of("readObject"));

    private ReflectiveUses() {}

    /** {@code class: Owner.method} for each, sorted. */
    static Set<String> in(Map<String, ClassModel> classes) {
        Set<String> found = new TreeSet<>();
        classes.forEach((name, model) ->
                model.methods().stream()
                        .flatMap(method -> method.code().stream())
                        .flatMap(code -> code.elementStream())
                        .forEach(element -> {
                            if (element instanceof InvokeInstruction call && isLookup(call)) {
                                found.add(name + ": " + words(call));
                            }
                        }));
        return found;
    }

    private static boolean isLookup(InvokeInstruction call) {
        return LOOKUPS.getOrDefault(call.owner().asInternalName(), Set.of())
                .contains(call.name().stringValue());
    }

    private static String words(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        return owner.substring(owner.lastIndexOf('/') + 1) + "." + call.name().stringValue();
    }
}
