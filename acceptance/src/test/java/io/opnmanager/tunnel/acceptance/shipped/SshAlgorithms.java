package io.opnmanager.tunnel.acceptance.shipped;

import java.lang.classfile.instruction.FieldInstruction;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which of the SSH library's algorithms our own code names, read from its bytecode. */
final class SshAlgorithms {

    private SshAlgorithms() {}

    /** Names by family, for example {@code BuiltinCiphers} with {@code aes128gcm}. */
    static Map<String, Set<String>> named(Shipped program) {
        Map<String, Set<String>> found = new HashMap<>();
        Shipped.classes(
                        program.programAndLibraries().stream()
                                .filter(jar -> jar.toString().contains("/app/"))
                                .toList())
                .values()
                .stream()
                .flatMap(model -> model.methods().stream())
                .flatMap(method -> method.code().stream())
                .flatMap(code -> code.elementStream())
                .forEach(element -> {
                    if (element instanceof FieldInstruction field
                            && field.owner()
                                    .asInternalName()
                                    .matches("org/apache/sshd/.*/Builtin\\w+")) {
                        found.computeIfAbsent(
                                        field.owner().asInternalName().replace('/', '.'),
                                        _ -> new TreeSet<>())
                                .add(field.name().stringValue());
                    }
                });
        return found;
    }
}
