package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.QuickconnectAgent;
import io.opnmanager.tunnel.demo.TunnelAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What developers get: the clients that the build generates, used as docs/clients.md says. */
class ClientsTest {

    private static final Path CLIENTS = Project.root().resolve("deploy/clients/target");
    private static final Path SOURCES =
            Project.root().resolve("acceptance/src/test/resources/clients");
    private static final Path TARGET = Project.root().resolve("acceptance/target");
    private static final Path TSC =
            TARGET.resolve("typescript/META-INF/resources/webjars/typescript/5.9.3/lib/tsc.js");
    private static final String PYTHON_2 =
            "import pydantic, urllib3, dateutil, sys;"
                    + " sys.exit(pydantic.VERSION < '2' or urllib3.__version__ < '2')";
    private static final Map<String, String> GO =
            Map.of("GOPROXY", "off", "GOFLAGS", "-mod=mod", "GOCACHE", TARGET + "/go-cache");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static World world;

    @BeforeAll
    static void start() throws Exception {
        assertThat(CLIENTS.resolve("go/go.mod"))
                .as("made by ./mvnw -pl deploy,deploy/clients generate-resources")
                .exists();
        world = World.named("clients").start();
        world.addOperator("colleague", "operator");
    }

    @AfterAll
    static void end() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void a_python_program_goes_through_the_whole_flow() throws Exception {
        List<String> python = python();
        List<String> flow = with(python, SOURCES.resolve("whole_flow.py").toString());
        Path example = example("example.py");

        wholeFlow("python", flow, with(python, example.toString()));
    }

    @Test
    void a_typescript_program_type_checks_strictly_and_goes_through_the_whole_flow()
            throws Exception {
        Path folder = Files.createDirectories(world.folder().resolve("typescript"));
        Path client = folder.resolve("node_modules/opnmanager-tunnel");
        copy(CLIENTS.resolve("typescript"), client);
        compile(client);
        for (String name : List.of("whole_flow.ts", "tsconfig.json")) {
            Files.copy(SOURCES.resolve(name), folder.resolve(name));
        }
        Files.copy(example("example.ts"), folder.resolve("example.ts"));
        compile(folder);

        wholeFlow(
                "typescript",
                List.of("node", folder.resolve("whole_flow.js").toString()),
                List.of("node", folder.resolve("example.js").toString()));
    }

    @Test
    void the_go_client_needs_nothing_but_go_and_its_example_runs() throws Exception {
        Path folder = Files.createDirectories(world.folder().resolve("go"));
        copy(CLIENTS.resolve("go"), folder.resolve("client"));
        Files.copy(example("example.go"), folder.resolve("example.go"));
        Files.writeString(
                folder.resolve("go.mod"),
                """
                module example

                go 1.19

                require opnmanager.io/tunnel/client v0.0.0

                replace opnmanager.io/tunnel/client => ./client
                """);
        assertThat(run(folder.resolve("client"), GO, List.of("go", "vet", "./...")).output())
                .isEmpty();
        run(folder, GO, List.of("go", "build", "-o", "example", "."));

        Map<String, String> variables = new LinkedHashMap<>(caller(world.operatorToken()));
        variables.put("SSL_CERT_FILE", world.broker().certificates().authorityFile().toString());
        assertThat(run(folder, variables, List.of("./example", "999999")).output())
                .isEqualTo("404 firewall_unknown\n");
    }

    private static void wholeFlow(String name, List<String> program, List<String> example)
            throws Exception {
        FirewallPage page = world.with(FirewallPage.start(name));
        var administrator = world.broker().administrator();
        String[] made =
                run(
                                world.folder(),
                                caller(""),
                                with(
                                        program,
                                        "make",
                                        administrator.name(),
                                        administrator.password(),
                                        page.target()))
                        .output()
                        .strip()
                        .split(" ", -1);
        enrol(name, page, made[2]);

        assertThat(
                        run(
                                        world.folder(),
                                        caller(made[0]),
                                        with(program, "flow", made[0], made[1], "colleague"))
                                .output())
                .contains("page: ", page.name(), "refused: 404 firewall_unknown\n")
                .contains("refused: 404 request_unknown\n", "ended: disconnected closed\n");
        assertThat(run(world.folder(), caller(made[0]), with(example, made[1])).output())
                .isEqualTo("pending " + name + "\n");
        assertThat(run(world.folder(), caller(made[0]), with(example, "999999")).output())
                .isEqualTo("404 firewall_unknown\n");
    }

    private static void enrol(String name, FirewallPage page, String token) throws Exception {
        TunnelAgent agent =
                world.with(
                        TunnelAgent.prepare(
                                world.folder().resolve(name + "-agent"),
                                page.target(),
                                List.of("127.0.0.1:" + page.port())));
        agent.enrol(world.broker().uri(), world.broker().certificates().authorityFile(), token);
        agent.start();
        world.with(QuickconnectAgent.prepare(world.folder().resolve(name + "-qc"), agent)).start();
    }

    private static Map<String, String> caller(String token) {
        String authority = world.broker().certificates().authorityFile().toString();
        String broker = world.broker().uri().toString();
        return Map.of(
                "BROKER",
                broker.endsWith("/") ? broker.substring(0, broker.length() - 1) : broker,
                "CA",
                authority,
                "NODE_EXTRA_CA_CERTS",
                authority,
                "TOKEN",
                token,
                "PYTHONPATH",
                CLIENTS.resolve("python").toString(),
                "PYTHONDONTWRITEBYTECODE",
                "1");
    }

    /** The machine's Python when it is new enough, or one that is unpacked for it. */
    private static List<String> python() throws IOException, InterruptedException {
        List<String> own = List.of("python3");
        if (Script.run(TARGET, Map.of(), LIMIT, with(own, "-c", PYTHON_2)).code() == 0) {
            return own;
        }
        Path root = TARGET.resolve("python-root");
        if (!Files.exists(root)) {
            Script.Ended made =
                    Script.run(
                            TARGET,
                            Map.of(),
                            LIMIT,
                            List.of("sh", SOURCES.resolve("python-root.sh") + "", root + ""));
            assumeTrue(
                    made.code() == 0 || isRoot(),
                    () -> "no Python with pydantic 2, and none can be unpacked: " + made.output());
            assertThat(made.code()).as(made.output()).isZero();
        }
        Path libraries = root.resolve("usr/lib/x86_64-linux-gnu");
        return List.of(
                "env",
                "PYTHONHOME=" + root.resolve("usr"),
                libraries.resolve("ld-linux-x86-64.so.2").toString(),
                "--library-path",
                libraries.toString(),
                root.resolve("usr/bin/python3").toString());
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void compile(Path folder) throws Exception {
        run(folder, Map.of(), List.of("node", TSC.toString(), "--strict", "-p", "."));
    }

    private static Script.Ended run(Path folder, Map<String, String> variables, List<String> what)
            throws IOException, InterruptedException {
        Script.Ended ended = Script.run(folder, variables, LIMIT, what);
        assertThat(ended.code()).as("%s", ended.output()).isZero();
        return ended;
    }

    /** The example of docs/clients.md as a file. */
    private static Path example(String name) throws IOException {
        String region =
                Project.region(Project.read(Project.root().resolve("docs/clients.md")), name);
        Path file = world.folder().resolve(name);
        Files.writeString(
                file, region.replaceFirst("```[a-z]+\\n", "").replaceFirst("```\\n$", ""));
        return file;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return all;
    }
}
