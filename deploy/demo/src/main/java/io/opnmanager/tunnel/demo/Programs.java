package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is started for the product's own programs: their jars on our own JVM, or their native
 * executables, which {@code ./mvnw package -Dnative} leaves as {@code target/NAME-runner}, or what
 * their packages install. System property {@code programs}: {@code jar}, which is what it is
 * without it, {@code native} or {@code installed}.
 */
public enum Programs {
    /**
     * On the JVM, with the flags of system property {@code programs.flags}, between spaces, before
     * the program's own: the last one counts.
     */
    JAR {
        @Override
        public List<String> command(Path module, Start start) throws IOException {
            Path jar = module.resolve("target/quarkus-app/quarkus-run.jar");
            if (!Files.isReadable(jar)) {
                throw new IOException(
                        "there is no %s; build it with ./mvnw -DskipTests package".formatted(jar));
            }
            List<String> command = new ArrayList<>(start.prefix());
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            Stream.of(System.getProperty("programs.flags", "").split(" "))
                    .filter(flag -> !flag.isEmpty())
                    .forEach(command::add);
            command.addAll(start.flags());
            command.add("-XX:-UsePerfData");
            start.properties().forEach((key, value) -> command.add("-D" + key + "=" + value));
            command.add("-jar");
            command.add(jar.toString());
            command.addAll(start.arguments());
            return command;
        }
    },

    /** By itself. Its collector is chosen when it is built; how much heap it takes is not. */
    NATIVE {
        @Override
        public List<String> command(Path module, Start start) throws IOException {
            List<String> command = new ArrayList<>(start.prefix());
            command.add(runner(module).toString());
            start.flags().stream().filter(flag -> flag.startsWith("-Xm")).forEach(command::add);
            start.properties().forEach((key, value) -> command.add("-D" + key + "=" + value));
            command.addAll(start.arguments());
            return command;
        }
    },

    /**
     * By the launchers of their packages, which somebody has unpacked into the folder of system
     * property {@code programs.root}. Those have flags of their own, to which the heap's are added.
     */
    INSTALLED {
        @Override
        public List<String> command(Path module, Start start) throws IOException {
            String component = module.getFileName().toString();
            String program = component.equals("tunnelctl") ? component : "opnmanager-" + component;
            Path launcher = Path.of(System.getProperty("programs.root", "/"), "usr/bin", program);
            if (!Files.isExecutable(launcher)) {
                throw new IOException("there is no " + launcher + "; is its package unpacked?");
            }
            List<String> options = new ArrayList<>();
            start.flags().stream().filter(flag -> flag.startsWith("-Xm")).forEach(options::add);
            start.properties().forEach((key, value) -> options.add("-D" + key + "=" + value));
            for (String option : options) {
                if (option.contains(" ")) {
                    throw new IOException("a launcher would take this apart: " + option);
                }
            }
            List<String> command = new ArrayList<>(start.prefix());
            command.add("env");
            command.add(
                    program.toUpperCase(Locale.ROOT).replace('-', '_')
                            + "_JAVA_OPTIONS="
                            + String.join(" ", options));
            command.add(launcher.toString());
            command.addAll(start.arguments());
            return command;
        }
    };

    /**
     * How a program is started.
     *
     * @param prefix of the command, such as {@code ip netns exec NAME}; usually empty
     * @param flags of the JVM; all but jars are given those about its heap
     * @param properties system properties
     * @param arguments of the program itself
     */
    public record Start(
            List<String> prefix,
            List<String> flags,
            Map<String, String> properties,
            List<String> arguments) {

        /** Without a prefix. */
        public Start(List<String> flags, Map<String, String> properties, List<String> arguments) {
            this(List.of(), flags, properties, arguments);
        }
    }

    /**
     * The command line for a module's program.
     *
     * @param module its folder
     * @throws IOException when it is not built; the message says how it is
     */
    public abstract List<String> command(Path module, Start start) throws IOException;

    /** What this process was told. */
    public static Programs wanted() {
        String word = System.getProperty("programs", "jar");
        return switch (word) {
            case "jar" -> JAR;
            case "native" -> NATIVE;
            case "installed" -> INSTALLED;
            default ->
                    throw new IllegalArgumentException(
                            "programs: wanted jar, native or installed, found " + word);
        };
    }

    private static Path runner(Path module) throws IOException {
        Path target = module.resolve("target");
        List<Path> found = List.of();
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                found =
                        files.filter(file -> file.toString().endsWith("-runner"))
                                .filter(Files::isExecutable)
                                .toList();
            }
        }
        if (found.size() != 1) {
            throw new IOException(
                    "wanted one executable %s/*-runner, found %d; build it with ./mvnw -DskipTests package -Dnative"
                            .formatted(target, found.size()));
        }
        return found.getFirst();
    }
}
