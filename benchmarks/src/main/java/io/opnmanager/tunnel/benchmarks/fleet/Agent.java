package io.opnmanager.tunnel.benchmarks.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One member at work: the checks of its quickconnect-agent on one connection, the check-ins and
 * reports of its agent on another, as {@code Watch} and {@code Checkins} of the product do. All of
 * it on one event loop.
 */
final class Agent {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PID = 4711;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long LONGEST_RETRY_MILLIS = 20_000;
    private static final long LONGEST_CHECKIN_RETRY_MILLIS = 60_000;
    private static final long CHECKIN_MILLIS = 60_000;
    private static final int JITTER_MILLIS = 6_000;
    private static final int OK = 200;

    private final Member member;
    private final EventLoop loop;
    private final Tally tally;
    private final Manner manner;
    private final @Nullable Tunnels tunnels;
    private final String host;
    private final Line checks;
    private final Line calls;
    private final byte[] check;
    private final Set<Long> known = new HashSet<>();
    private long checkCeiling = FIRST_RETRY_MILLIS;
    private long checkinCeiling = FIRST_RETRY_MILLIS;
    private boolean checkingIn;
    private boolean again;
    private @Nullable ScheduledFuture<?> clock;
    private boolean stopped;

    Agent(Member member, Agents.World world, EventLoop loop, Manner manner) {
        this.member = member;
        this.loop = loop;
        this.tally = world.tally();
        this.manner = manner;
        this.tunnels = world.tunnels();
        this.host = world.broker().getHostString() + ":" + world.broker().getPort();
        this.checks = new Line(loop, world.broker(), member.from(), world.trust());
        this.calls = new Line(loop, world.broker(), member.from(), world.trust());
        String wait = manner.held() ? ",\"wait\":15" : "";
        this.check =
                post("quickconnect_check", "{\"firewall_id\":%d%s}".formatted(member.id(), wait));
    }

    private byte[] post(String path, String body) {
        return """
        POST /api/%s HTTP/1.1
        Host: %s
        Authorization: Bearer %s
        Content-Type: application/json
        Accept: application/json
        Content-Length: %d

        %s\
        """
                .formatted(path, host, member.token(), body.length(), body)
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    void start() {
        check();
        if (manner.checksIn()) {
            checkin();
        }
    }

    /** From any thread. */
    void stop() {
        loop.execute(() -> {
            stopped = true;
            checks.close();
            calls.close();
        });
    }

    /** From any thread. */
    boolean isConnected() {
        return checks.isReady();
    }

    private void check() {
        if (stopped) {
            return;
        }
        tally.asked();
        checks.ask(check, this::checked);
    }

    private void checked(Line.@Nullable Answer answer) {
        if (answer == null) {
            tally.lost(checks.why());
            later(this::check, ThreadLocalRandom.current().nextLong(checkCeiling + 1));
            checkCeiling = Math.min(checkCeiling * 2, LONGEST_RETRY_MILLIS);
            return;
        }
        if (answer.status() != OK) {
            tally.refused(answer.status());
            later(this::check, FIRST_RETRY_MILLIS);
            return;
        }
        checkCeiling = FIRST_RETRY_MILLIS;
        tally.answered();
        boolean work = answer.body().contains("\"has_requests\":true");
        if (work && manner.checksIn()) {
            checkin();
            later(this::check, FIRST_PAUSE_MILLIS);
        } else if (manner.pauseMillis() > 0) {
            later(this::check, manner.pauseMillis());
        } else {
            check();
        }
    }

    private void checkin() {
        if (stopped) {
            return;
        }
        if (checkingIn) {
            again = true;
            return;
        }
        checkingIn = true;
        if (clock != null) {
            clock.cancel(false);
        }
        calls.ask(
                post(
                        "agent_checkin",
                        """
                        {"firewall_id":%d,"agent_version":"0.1.0","platform":"Linux amd64","tunnels":[]}\
                        """
                                .formatted(member.id())),
                this::checkedIn);
    }

    private void checkedIn(Line.@Nullable Answer answer) {
        checkingIn = false;
        if (stopped) {
            return;
        }
        if (answer == null || answer.status() != OK) {
            if (answer != null) {
                tally.refused(answer.status());
            }
            later(this::checkin, ThreadLocalRandom.current().nextLong(checkinCeiling + 1));
            checkinCeiling = Math.min(checkinCeiling * 2, LONGEST_CHECKIN_RETRY_MILLIS);
            return;
        }
        checkinCeiling = FIRST_RETRY_MILLIS;
        tally.checkedIn();
        if (answer.body().contains("\"request_id\"")) {
            follow(answer.body());
        }
        if (again) {
            again = false;
            checkin();
            return;
        }
        long pause =
                CHECKIN_MILLIS
                        + ThreadLocalRandom.current().nextInt(-JITTER_MILLIS, JITTER_MILLIS + 1);
        clock = loop.schedule(this::checkin, pause, TimeUnit.MILLISECONDS);
    }

    private void follow(String body) {
        Tunnels client = tunnels;
        if (client == null) {
            return;
        }
        try {
            JsonNode answer = JSON.readTree(body);
            for (JsonNode order : answer.path("pending_requests")) {
                long request = order.path("request_id").asLong();
                if (known.add(request)) {
                    var _ =
                            client.open(member, request, order.path("tunnel_port").asInt())
                                    .whenComplete((done, failure) ->
                                            loop.execute(() ->
                                                    report(
                                                            request,
                                                            failure == null
                                                                    ? "active"
                                                                    : "failed")));
                }
            }
            for (JsonNode kill : answer.path("kill")) {
                long request = kill.path("request_id").asLong();
                known.remove(request);
                client.close(request);
                report(request, "disconnected");
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that is no JSON", e);
        }
    }

    private void report(long request, String status) {
        if (stopped) {
            return;
        }
        calls.ask(
                post(
                        "tunnel_status",
                        """
                        {"request_id":%d,"status":"%s","tunnel_pid":%d}\
                        """
                                .formatted(request, status, PID)),
                answer -> tally.reported(status, answer != null && answer.status() == OK));
    }

    private void later(Runnable what, long millis) {
        var _ = loop.schedule(what, millis, TimeUnit.MILLISECONDS);
    }
}
