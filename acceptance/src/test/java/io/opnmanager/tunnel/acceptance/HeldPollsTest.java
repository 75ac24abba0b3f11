package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two thousand agents wait for an answer; work for one wakes that one. */
class HeldPollsTest {

    private static final int AGENTS = 2_000;

    /** One HTTP/2 connection carries this many waiting answers; servers allow 100. */
    private static final int AGENTS_A_CONNECTION = 50;

    private static final int ENROLLING_AT_ONCE = 16;

    /** Of the broker, with everything that it runs. */
    private static final int MOST_THREADS = 100;

    private static final Duration HELD = Duration.ofSeconds(15);
    private static final Duration TOLD_AGAIN = Duration.ofSeconds(2);

    /** Much less than that. */
    private static final Duration WOKEN = Duration.ofSeconds(8);

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void work_for_one_of_two_thousand_waiting_agents_wakes_exactly_that_one() throws Exception {
        try (World world = World.named("polls").start()) {
            Set<Long> woken = ConcurrentHashMap.newKeySet();
            List<Waiting> agents = enrolled(world, woken);
            List<HttpClient> clients = new ArrayList<>();
            AtomicBoolean stop = new AtomicBoolean();
            try {
                for (int i = 0; i < AGENTS; i++) {
                    if (i % AGENTS_A_CONNECTION == 0) {
                        clients.add(connected(world));
                    }
                    agents.get(i).poll(clients.getLast(), world.broker().uri(), stop);
                }
                Eventually.within(
                        HELD.plusSeconds(30),
                        () -> {
                            for (Waiting agent : agents) {
                                assertThat(agent.rounds.get())
                                        .as("agent %d: %s", agent.id, agent.failure)
                                        .isPositive();
                            }
                        });
                assertThat(threadsOf(world.broker().program().pid())).isLessThan(MOST_THREADS);
                assertThat(woken).isEmpty();

                // Just begun: only being woken answers it so soon.
                Waiting chosen =
                        agents.stream()
                                .max(Comparator.comparingLong(agent -> agent.asked))
                                .orElseThrow();
                long request = world.operator().open(chosen.id).path("id").asLong();
                Eventually.within(WOKEN, () -> assertThat(woken).contains(chosen.id));

                // Everyone else has to come through a whole round without being woken.
                List<Integer> rounds = agents.stream().map(agent -> agent.rounds.get()).toList();
                Eventually.within(
                        HELD.plusSeconds(30),
                        () -> {
                            for (int i = 0; i < AGENTS; i++) {
                                Waiting agent = agents.get(i);
                                // The one that was woken asks no more.
                                assertThat(
                                                agent.rounds.get() > rounds.get(i)
                                                        || agent.id == chosen.id)
                                        .as("agent %d: %s", agent.id, agent.failure)
                                        .isTrue();
                            }
                        });
                assertThat(woken).containsExactly(chosen.id);
                assertThat(agents).allMatch(agent -> agent.failure.isEmpty());
                world.operator().close(request);
            } finally {
                stop.set(true);
                clients.forEach(HttpClient::shutdownNow);
            }
        }
    }

    @Test
    void the_same_work_is_told_again_only_after_a_while_and_new_work_at_once() throws Exception {
        try (World world = World.named("again").start()) {
            EnrolledFirewall firewall = EnrolledFirewall.in(world, "one");
            long id = firewall.id();
            OperatorClient agent = firewall.client(world);
            world.operator().open(id);
            long begin = System.nanoTime();
            assertThat(took(agent, id, 15, true)).isLessThan(HELD.dividedBy(2));
            took(agent, id, 15, true);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(TOLD_AGAIN);

            // A busy machine may be late with one of them.
            List<Duration> newWork = new ArrayList<>();
            for (int port = 1; port <= 3; port++) {
                var again = CompletableFuture.supplyAsync(() -> tookUnchecked(agent, id));
                Thread.sleep(300);
                world.operator()
                        .open(
                                OperatorClient.object()
                                        .put("firewall_id", id)
                                        .put("target", "tcp://127.0.0.1:" + port));
                newWork.add(again.get(30, TimeUnit.SECONDS));
            }
            assertThat(newWork).anyMatch(time -> time.compareTo(TOLD_AGAIN.dividedBy(2)) < 0);
        }
    }

    private static Duration tookUnchecked(OperatorClient agent, long id) {
        try {
            return took(agent, id, 15, true);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long threadsOf(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void without_wait_it_is_answered_at_once_and_with_wait_it_is_held() throws Exception {
        try (World world = World.named("hold").start()) {
            EnrolledFirewall firewall = EnrolledFirewall.in(world, "one");
            long id = firewall.id();
            OperatorClient agent = firewall.client(world);
            assertThat(took(agent, id, 0, false)).isLessThan(WOKEN);
            assertThat(took(agent, id, 2, false)).isBetween(Duration.ofMillis(1_800), WOKEN);
        }
    }

    private static Duration took(OperatorClient agent, long id, int wait, boolean work)
            throws Exception {
        long begin = System.nanoTime();
        Answer answer =
                agent.call(
                        "POST",
                        "/api/quickconnect_check",
                        OperatorClient.object().put("firewall_id", id).put("wait", wait));
        assertThat(answer.body().path("has_requests").asBoolean(!work)).isEqualTo(work);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static List<Waiting> enrolled(World world, Set<Long> woken) throws Exception {
        Map<Integer, Waiting> agents = new ConcurrentHashMap<>();
        Semaphore turns = new Semaphore(ENROLLING_AT_ONCE);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            int number = i;
            turns.acquire();
            all.add(
                    CompletableFuture.runAsync(
                                    () -> agents.put(number, enrolledOne(world, number, woken)),
                                    task -> Thread.ofVirtual().start(task))
                            .whenComplete((done, failure) -> turns.release()));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
        List<Waiting> inOrder = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            inOrder.add(Objects.requireNonNull(agents.get(i)));
        }
        return inOrder;
    }

    private static Waiting enrolledOne(World world, int number, Set<Long> woken) {
        try {
            EnrolledFirewall firewall = EnrolledFirewall.in(world, "fw-" + number);
            return new Waiting(firewall.id(), firewall.token(), woken);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("firewall " + number + " was not enrolled", e);
        }
    }

    /** The first call makes the connection; those that come after its answer share it. */
    private static HttpClient connected(World world) throws Exception {
        HttpClient client =
                HttpClient.newBuilder()
                        .sslContext(world.broker().certificates().clientContext())
                        .version(HttpClient.Version.HTTP_2)
                        .build();
        var _ =
                client.send(
                        HttpRequest.newBuilder(world.broker().uri().resolve("/q/health/live"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
        return client;
    }

    /** One agent that asks again as soon as it is answered, without a thread of its own. */
    private static final class Waiting {
        final long id;
        final String token;
        final Set<Long> woken;
        final AtomicInteger rounds = new AtomicInteger();
        volatile long asked;
        volatile String failure = "";

        Waiting(long id, String token, Set<Long> woken) {
            this.id = id;
            this.token = token;
            this.woken = woken;
        }

        void poll(HttpClient client, URI broker, AtomicBoolean stop) {
            asked = System.nanoTime();
            ObjectNode check = OperatorClient.object().put("firewall_id", id);
            check.put("wait", HELD.toSeconds());
            var request =
                    HttpRequest.newBuilder(broker.resolve("/api/quickconnect_check"))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .timeout(HELD.plusSeconds(15))
                            .POST(HttpRequest.BodyPublishers.ofString(check.toString()))
                            .build();
            var _ =
                    client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                            .whenComplete((answer, e) -> {
                                if (stop.get()) {
                                    return;
                                }
                                if (e != null || answer.statusCode() != 200) {
                                    failure = e != null ? e.toString() : answer.body();
                                    return;
                                }
                                rounds.incrementAndGet();
                                if (answer.body().contains("true")) {
                                    // Its own agent would work now; asking again at once
                                    // would be answered at once.
                                    woken.add(id);
                                    rounds.addAndGet(1_000);
                                    return;
                                }
                                poll(client, broker, stop);
                            });
        }
    }
}
