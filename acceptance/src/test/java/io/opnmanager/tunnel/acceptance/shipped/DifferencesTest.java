package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a difference is told in a few lines that say what differs. */
class DifferencesTest {

    @TempDir Path folder;

    @Test
    void a_class_in_a_jar_that_returns_another_word_is_told_with_both_words() throws Exception {
        Path one = built("one", "Foo", "Bar");
        Path other = built("other", "Foo", "Baz");

        assertThat(Differences.between(one, one)).isEmpty();
        assertThat(Differences.between(one, other))
                .hasSize(1)
                .first()
                .satisfies(told -> {
                    assertThat(told)
                            .startsWith(
                                    "broker/target/quarkus-app/quarkus/generated-bytecode.jar: content of Foo.class\n")
                            .containsPattern("-.* ldc +# +// String Bar\n")
                            .containsPattern("\\+.* ldc +# +// String Baz(\n|$)");
                    assertThat(told.lines()).hasSizeLessThan(10);
                });
    }

    @Test
    void a_class_of_another_name_is_told_by_both_names() throws Exception {
        assertThat(Differences.between(built("one", "Foo1", "Bar"), built("other", "Foo2", "Bar")))
                .hasSize(1)
                .first()
                .asString()
                .contains(
                        "other entries or another order", "\n    -Foo1.class", "\n    +Foo2.class");
    }

    @Test
    void of_two_lists_only_what_is_in_one_of_them_is_told() {
        assertThat(Differences.between(List.of("a", "b", "c"), List.of("a", "d", "c")))
                .containsExactly("< b", "> d");
        assertThat(Differences.between(List.of("a", "b"), List.of("b", "a")))
                .containsExactly("the same lines in another order");
        assertThat(Differences.between(List.of("a", "b"), List.of("a", "b"))).isEmpty();
    }

    /** A build that made one jar, of one class whose one method returns a word. */
    private Path built(String name, String type, String word) throws Exception {
        Path root = folder.resolve(name);
        Path jar = root.resolve("broker/target/quarkus-app/quarkus/generated-bytecode.jar");
        Files.createDirectories(jar.getParent());
        byte[] bytes =
                ClassFile.of()
                        .build(
                                ClassDesc.of(type),
                                in ->
                                        in.withMethodBody(
                                                "word",
                                                MethodTypeDesc.of(ConstantDescs.CD_String),
                                                ClassFile.ACC_STATIC,
                                                code -> code.ldc(word).areturn()));
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            JarEntry entry = new JarEntry(type + ".class");
            entry.setTime(0);
            out.putNextEntry(entry);
            out.write(bytes);
        }
        return root;
    }
}
