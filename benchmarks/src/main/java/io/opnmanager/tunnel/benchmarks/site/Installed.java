package io.opnmanager.tunnel.benchmarks.site;

import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packages of this build, unpacked instead of installed: their own launchers, their own Java,
 * and the ahead-of-time caches that their own {@code make-cache} makes. What is changed in those
 * scripts is where things lie and whose they are, nothing else.
 */
public final class Installed {

    private static final String HOME = "/usr/lib/opnmanager-tunnel";
    private static final Pattern OPTIONS = Pattern.compile("bin/java\" (.*?) -XX:-UsePerfData ");
    private static final Duration DONE_WITHIN = Duration.ofMinutes(2);

    /** Below it is {@code root}, as this machine's would be, and of which packages it was made. */
    private static final Path FOLDER = ProjectRoot.path().resolve("benchmarks/target/installed");

    private final Path root = FOLDER.resolve("root");

    /** How a program is started. */
    public enum Kind {
        /** As installed. */
        CACHED,
        /** As where the owner wants no caches. */
        UNCACHED,
        /** The native executables of this build, where there are some. */
        NATIVE
    }

    /** What a package has a service of. */
    public enum Service {
        BROKER("broker", "OPNMANAGER_STATE_FOLDER"),
        AGENT("agent", "AGENT_STATE_FOLDER"),
        QUICKCONNECT_AGENT("quickconnect-agent", "QUICKCONNECT_STATE_FOLDER");

        private final String component;
        private final String stateFolder;

        Service(String component, String stateFolder) {
            this.component = component;
            this.stateFolder = stateFolder;
        }

        /** Its folder, in the sources and installed. */
        public String component() {
            return component;
        }

        String program() {
            return "opnmanager-" + component;
        }

        /** What its unit has after the program's name. */
        public List<String> runs() {
            return switch (this) {
                case BROKER, QUICKCONNECT_AGENT -> List.of();
                case AGENT -> List.of("run");
            };
        }

        /**
         * The same without the pause of up to half a second that the quickconnect-agent makes
         * before its first check, so that a site's boxes do not all ask at once.
         */
        public List<String> asksAtOnce() {
            return this == QUICKCONNECT_AGENT ? List.of("--once") : runs();
        }

        /** Environment with its state folder. */
        public Map<String, String> states(Path folder) {
            return Map.of(stateFolder, folder.toString());
        }

        /** The same with another broker than it was enrolled at. */
        public Map<String, String> states(Path folder, URI broker) {
            return Map.of(
                    stateFolder,
                    folder.toString(),
                    stateFolder.replace("STATE_FOLDER", "BROKER_URL"),
                    broker.toString());
        }
    }

    /**
     * Unpacks all of them and makes their caches, if that was not done of these very packages.
     *
     * @param told what is done now
     * @throws IOException when there are no packages; the message says how they are made
     */
    public static Installed prepare(Consumer<String> told)
            throws IOException, InterruptedException {
        Installed installed = new Installed();
        List<Path> packages = packages();
        List<String> made = new ArrayList<>();
        for (Path one : packages) {
            made.add(one + " " + Files.size(one) + " " + Files.getLastModifiedTime(one));
        }
        Path madeOf = FOLDER.resolve("made-of");
        if (Files.exists(madeOf) && Files.readAllLines(madeOf).equals(made)) {
            return installed;
        }
        told.accept("unpacking the packages, making their caches");
        Files.createDirectories(FOLDER);
        Files.deleteIfExists(madeOf);
        done("remove", List.of("rm", "-rf", installed.root.toString()), Map.of());
        Files.createDirectory(installed.root);
        for (Path one : packages) {
            done(
                    "unpack",
                    List.of("dpkg-deb", "-x", one.toString(), installed.root.toString()),
                    Map.of());
        }
        try (Stream<Path> launchers = Files.list(installed.root.resolve("usr/bin"))) {
            for (Path launcher : launchers.toList()) {
                Files.writeString(launcher, installed.moved(Files.readString(launcher)));
            }
        }
        // Its programs are unpacked by its first start.
        try (EmbeddedMariaDb _ = EmbeddedMariaDb.open(Site.databaseServer())) {
            installed.makeCaches(commands());
        }
        Files.write(madeOf, made);
        return installed;
    }

    private static List<Path> packages() throws IOException {
        Path built = ProjectRoot.path().resolve("deploy/packages/target");
        List<Path> packages = List.of();
        if (Files.isDirectory(built)) {
            try (Stream<Path> files = Files.list(built)) {
                packages = files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
            }
        }
        if (packages.isEmpty()) {
            throw new IOException(
                    "there is no package in %s; build them with ./mvnw -DskipTests package"
                            .formatted(built));
        }
        return packages;
    }

    /** The ways in which all programs can be started on this machine. */
    public List<Kind> kinds() throws IOException {
        for (Service one : Service.values()) {
            if (executable(one).isEmpty()) {
                return List.of(Kind.CACHED, Kind.UNCACHED);
            }
        }
        return List.of(Kind.values());
    }

    private static Optional<Path> executable(Service one) throws IOException {
        Path target = ProjectRoot.path().resolve(one.component()).resolve("target");
        if (!Files.isDirectory(target)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith("-runner"))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    /** The broker's takes as long as the others' together. */
    private void makeCaches(Path database) throws IOException, InterruptedException {
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> broker =
                    both.submit(() -> {
                        makeCache("broker", database);
                        return database;
                    });
            for (String component : List.of("agent", "quickconnect-agent", "tunnelctl")) {
                makeCache(component, database);
            }
            var _ = broker.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** As its installation does on a machine that has a database server. */
    private void makeCache(String component, Path database)
            throws IOException, InterruptedException {
        Path script = root.resolve(HOME.substring(1)).resolve(component).resolve("make-cache");
        Files.writeString(
                script,
                moved(Files.readString(script))
                        // Whose it is does not change what is measured, and needs root.
                        .replace("$(id -u)", "1"));
        done(
                "make-cache-" + component,
                List.of("sh", script.toString()),
                Map.of("PATH", database + ":" + System.getenv("PATH")));
    }

    /** The two programs as a package would have them: they know where their files are. */
    private static Path commands() throws IOException {
        Path server = Site.databaseServer().resolve("server");
        Path commands = Files.createDirectories(FOLDER.resolve("database-commands"));
        for (String program : List.of("bin/mariadbd", "scripts/mariadb-install-db")) {
            Path command = commands.resolve(server.resolve(program).getFileName());
            Files.writeString(
                    command,
                    "#!/bin/sh\nexec '%s' \"$@\" --basedir='%s' --user=%s\n"
                            .formatted(
                                    server.resolve(program),
                                    server,
                                    System.getProperty("user.name")));
            if (!command.toFile().setExecutable(true)) {
                throw new IOException("cannot be made executable: " + command);
            }
        }
        return commands;
    }

    /** Size of a program's cache. */
    public long cacheBytes(Service one) throws IOException {
        return Files.size(
                root.resolve("var/cache").resolve(one.program()).resolve(one.component() + ".aot"));
    }

    /** The options of its JVM, as its launcher has them. */
    public String options(Service one) throws IOException {
        Matcher options = OPTIONS.matcher(launcher(one));
        if (!options.find()) {
            throw new IOException("wanted options of a JVM in a launcher, found none");
        }
        return options.group(1);
    }

    private String launcher(Service one) throws IOException {
        return Files.readString(root.resolve("usr/bin").resolve(one.program()));
    }

    /**
     * Starts a program; jars by their launcher.
     *
     * @param work where its log is, and its files for the moment
     */
    public Program start(
            Kind kind,
            Service one,
            Path work,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        switch (kind) {
            case CACHED -> command.add(root.resolve("usr/bin").resolve(one.program()).toString());
            case UNCACHED -> {
                Path launcher = FOLDER.resolve(one.component() + "-" + kind);
                Files.writeString(launcher, launcher(one).replace("cache=", "cache=/nonexistent"));
                command.addAll(List.of("sh", launcher.toString()));
            }
            case NATIVE -> command.add(executable(one).orElseThrow().toString());
        }
        command.addAll(arguments);
        return Program.start(one.component() + "-" + kind, work, command, environment);
    }

    private String moved(String script) throws IOException {
        if (!script.contains("home=" + HOME) || !script.contains("/var/cache/")) {
            throw new IOException("a script of the packages no longer says where things lie");
        }
        return script.replace("home=" + HOME, "home=" + root + HOME)
                .replace("/var/cache/", root + "/var/cache/")
                .replace("/etc/opnmanager-tunnel/", root + "/etc/opnmanager-tunnel/");
    }

    private static void done(String name, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        try (Program program = Program.start(name, FOLDER.resolve("log"), command, environment)) {
            int code = program.awaitExit(DONE_WITHIN);
            if (code != 0) {
                throw new IOException(
                        "%s ended with %d: %s".formatted(name, code, program.output()));
            }
        }
    }
}
