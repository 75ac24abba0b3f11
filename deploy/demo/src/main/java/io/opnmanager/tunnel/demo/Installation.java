package io.opnmanager.tunnel.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A whole product on this machine: database, broker, firewalls with each a page and two agents.
 * Closing ends them in the opposite order, so that each can still say goodbye to the next. One
 * thread owns it.
 */
final class Installation implements AutoCloseable {

    private static final Duration ONLINE_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    /** Where they stand; as many as {@code --firewalls} may ask for. */
    private static final List<String> NAMES =
            List.of(
                    "hamburg-office",
                    "lisbon-branch",
                    "oslo-lab",
                    "vienna-store",
                    "dublin-depot",
                    "athens-port",
                    "zurich-vault",
                    "riga-plant",
                    "malmo-school");

    private final Path folder;
    private final Progress progress;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable Broker broker;
    private @Nullable OperatorClient operator;
    private final List<Firewall> firewalls = new ArrayList<>();
    private List<String> leftBehind = List.of();

    /**
     * One of the firewalls.
     *
     * @param id its number at the broker
     * @param page its own web page
     */
    record Firewall(long id, FirewallPage page) {}

    private Installation(Path folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Takes the folder for itself and removes what an earlier demo left in it.
     *
     * @throws IllegalStateException when another demo runs in it
     */
    static Installation in(Path folder, Progress progress)
            throws IOException, InterruptedException {
        PrivateFile.folder(folder);
        var installation = new Installation(folder, progress);
        try {
            installation.own(locked(folder));
            int ended = Leftovers.end(folder);
            if (ended > 0) {
                progress.say("ended " + ended + " processes of an earlier demo that was killed");
            }
            delete(installation.run());
            return installation;
        } catch (IOException | InterruptedException | RuntimeException e) {
            installation.close();
            throw e;
        }
    }

    private static AutoCloseable locked(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IllegalStateException(
                    "another demo runs in " + folder + "; end it or choose another --folder");
        }
        return channel;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    private Path run() {
        return folder.resolve("run");
    }

    /** Starts the database and prepares the broker's certificate and configuration. */
    Broker prepareBroker() throws Exception {
        EmbeddedMariaDb server =
                own(
                        progress.step(
                                "start the database",
                                () -> openDatabase(folder.resolve("database"))));
        Database database = Database.fresh(server, EmbeddedMariaDb.SCHEMA);
        Broker prepared =
                own(
                        Broker.prepareForBrowsers(
                                run().resolve("broker"),
                                database,
                                Certificates.make(run().resolve("certificates")),
                                Map.of(
                                        "opnmanager.node.name",
                                        "demo",
                                        // Nobody waits for the demo's sessions to be done.
                                        "opnmanager.request.drain",
                                        "1s")));
        var _ = prepared.openGateway();
        broker = prepared;
        return prepared;
    }

    /** In a thread of its own: a start cannot be interrupted half-way. */
    private static EmbeddedMariaDb openDatabase(Path folder) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return openWhole(folder);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                .join();
    }

    private static EmbeddedMariaDb openWhole(Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        if (!Files.exists(whole)) {
            // Never made, or its making was cut off.
            delete(folder);
        }
        EmbeddedMariaDb server = EmbeddedMariaDb.open(folder, false);
        Files.writeString(whole, "");
        return server;
    }

    /** Starts firewalls at the broker, which has to be ready, and enrols them. */
    void joinFirewalls(int count) throws Exception {
        operator = own(broker().administratorClient());
        for (String name : NAMES.subList(0, count)) {
            join(name);
        }
    }

    private void join(String name) throws Exception {
        // With more than one, each step says whose it is.
        String whose = firewalls.isEmpty() ? "" : " of " + name;
        FirewallPage page =
                own(
                        progress.step(
                                "start the firewall's page" + whose,
                                () -> FirewallPage.start(name)));
        TunnelAgent agent =
                own(
                        TunnelAgent.prepare(
                                run().resolve("agent-" + name),
                                page.target(),
                                List.of("127.0.0.1:" + page.port())));
        long id =
                progress.step(
                        "enrol the firewall" + whose,
                        () -> {
                            long made = operator().createFirewall(name, page.target());
                            agent.enrol(
                                    broker().uri(),
                                    broker().certificates().authorityFile(),
                                    operator().enrolmentToken(made));
                            return made;
                        });
        progress.step("start its agent" + whose, agent::start);
        QuickconnectAgent quickconnect =
                own(QuickconnectAgent.prepare(run().resolve("quickconnect-" + name), agent));
        progress.step(
                "start its quickconnect-agent" + whose,
                () -> {
                    quickconnect.start();
                    awaitOnline(quickconnect.program(), id);
                });
        firewalls.add(new Firewall(id, page));
    }

    private void awaitOnline(Program quickconnect, long id)
            throws IOException, InterruptedException {
        quickconnect.awaitReady(
                ONLINE_WITHIN,
                () -> {
                    Thread.sleep(LOOK_AGAIN);
                    JsonNode firewall = operator().firewall(id);
                    return firewall.path("online").asBoolean();
                });
    }

    /** Starts the broker too. */
    void start(int firewallCount) throws Exception {
        Broker prepared = prepareBroker();
        progress.step("start the broker", prepared::start);
        joinFirewalls(firewallCount);
    }

    Path folder() {
        return folder;
    }

    Broker broker() {
        if (broker == null) {
            throw new IllegalStateException("there is no broker yet");
        }
        return broker;
    }

    OperatorClient operator() {
        if (operator == null) {
            throw new IllegalStateException("nobody can be asked yet");
        }
        return operator;
    }

    /** All of them, in the order they were enrolled. */
    List<Firewall> firewalls() {
        return List.copyOf(firewalls);
    }

    /** The first one. */
    Firewall firewall() {
        return firewalls.getFirst();
    }

    @Override
    public void close() {
        @Nullable RuntimeException failure = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                failure = added(failure, e);
            }
        }
        sweep();
        if (failure != null) {
            throw failure;
        }
    }

    /** What no part has ended, for example a database that was interrupted while it started. */
    private void sweep() {
        leftBehind =
                ProcessHandle.current()
                        .descendants()
                        .map(process -> process.pid() + " " + process.info().command().orElse("?"))
                        .toList();
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Processes that were still there when all parts had been closed; empty as it should be. */
    List<String> leftBehind() {
        return leftBehind;
    }

    private static RuntimeException added(@Nullable RuntimeException before, Exception next) {
        if (before != null) {
            before.addSuppressed(next);
            return before;
        }
        return switch (next) {
            case RuntimeException e -> e;
            case IOException e -> new UncheckedIOException(e);
            default -> new IllegalStateException(next);
        };
    }
}
