package io.opnmanager.tunnel.acceptance.shipped;

import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** One of the four programs as it lies in its folder after a build. */
enum Shipped {
    BROKER("broker", "broker"),
    AGENT("agent", "agent"),
    QUICKCONNECT_AGENT("quickconnect-agent", "quickconnect-agent"),
    TUNNELCTL("deploy/tunnelctl", "tunnelctl");

    private final String module;
    private final String artifact;

    Shipped(String module, String artifact) {
        this.module = module;
        this.artifact = artifact;
    }

    String module() {
        return module;
    }

    String artifact() {
        return artifact;
    }

    Path target() {
        return ProjectRoot.path().resolve(module).resolve("target");
    }

    /** What the jars and the settings in the sources are made from. */
    Path resources() {
        return ProjectRoot.path().resolve(module).resolve("src/main/resources");
    }

    Path folder() {
        return target().resolve("quarkus-app");
    }

    /** Every library, below {@code lib}. */
    List<Path> libraries() {
        return jars("lib");
    }

    /** The libraries and the module itself; not what Quarkus generates. */
    List<Path> programAndLibraries() {
        return Stream.concat(libraries().stream(), jars("app").stream()).toList();
    }

    private List<Path> jars(String below) {
        try (Stream<Path> files = Files.walk(folder().resolve(below))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    folder() + " is not built; run ./mvnw -DskipTests package", e);
        }
    }

    /** The classes of some of its jars, by name, read and not loaded. */
    static Map<String, ClassModel> classes(List<Path> jars) {
        Map<String, ClassModel> found = new HashMap<>();
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (var entry : file.stream().toList()) {
                    String name = entry.getName();
                    if (name.endsWith(".class") && !name.startsWith("META-INF/")) {
                        byte[] bytes = file.getInputStream(entry).readAllBytes();
                        found.put(
                                name.substring(0, name.length() - 6).replace('/', '.'),
                                ClassFile.of().parse(bytes));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(jar.toString(), e);
            }
        }
        return found;
    }
}
