package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.tunnelctl.operations.Forward;
import io.opnmanager.tunnel.tunnelctl.operations.Session;
import io.opnmanager.tunnel.tunnelctl.operations.Session.Standing;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees while ports are forwarded: every change as a line, and below it, in a
 * terminal, how things stand, each second. Elsewhere that is a line a minute, and for programs a
 * document each ten seconds.
 */
final class ForwardDisplay implements AutoCloseable {

    private static final Duration IN_TERMINAL = Duration.ofSeconds(1);
    private static final Duration ELSEWHERE = Duration.ofMinutes(1);
    private static final Duration FOR_PROGRAMS = Duration.ofSeconds(10);

    private final Screen screen;
    private final boolean terminal;
    private final List<Entry> entries = new ArrayList<>();

    /** What was said last of each. */
    private final Map<Entry, String> shown = new HashMap<>();

    private @Nullable Thread clock;

    private record Entry(Forward forward, Session session, String target) {}

    ForwardDisplay(Screen screen) {
        this.screen = screen;
        this.terminal = !screen.isJson() && Terminal.console() != null;
    }

    /** All are added before it starts. */
    synchronized void add(Forward forward, Session session, String target) {
        entries.add(new Entry(forward, session, target));
    }

    synchronized void start() {
        clock = Thread.ofVirtual().name("display").start(this::tick);
    }

    private void tick() {
        Duration every = screen.isJson() ? FOR_PROGRAMS : terminal ? IN_TERMINAL : ELSEWHERE;
        try {
            while (true) {
                Thread.sleep(every);
                status();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** The session of a target has moved. */
    synchronized void moved(String target, Standing now) {
        for (Entry entry : entries) {
            if (entry.target().equals(target)) {
                change(entry, now);
            }
        }
    }

    private void change(Entry entry, Standing now) {
        String words = words(entry, now);
        if (words.equals(shown.put(entry, words))) {
            return;
        }
        if (terminal) {
            screen.overwrite("");
        }
        screen.tell(words, document("state", entry, now));
    }

    private static String words(Entry entry, Standing now) {
        String what = entry.session().name();
        return switch (now.state()) {
            case OPENING -> "%s: waiting, %s".formatted(what, now.why());
            case OPEN -> "%s: open at %s%s".formatted(what, local(entry), until(now.request()));
            case RECONNECTING ->
                    "%s: lost, %s; trying again, new connections wait".formatted(what, now.why());
            case ENDED -> "%s: ended, %s".formatted(what, now.why());
            case CLOSED -> "%s: closed".formatted(what);
        };
    }

    private static String until(@Nullable TunnelRequest request) {
        return request == null || request.expiresAt() == null
                ? ""
                : " until " + Screen.time(request.expiresAt());
    }

    private static String local(Entry entry) {
        InetSocketAddress local = entry.forward().local();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    private synchronized void status() {
        if (screen.isJson()) {
            for (Entry entry : entries) {
                screen.tell("", document("status", entry, entry.session().standing()));
            }
            return;
        }
        var line = new StringJoiner(" | ");
        for (Entry entry : entries) {
            line.add(standing(entry));
        }
        if (terminal) {
            screen.overwrite(line.toString());
        } else {
            screen.say(line.toString());
        }
    }

    private static String standing(Entry entry) {
        Standing now = entry.session().standing();
        return "%s %s, %d connections, %s in, %s out%s"
                .formatted(
                        local(entry),
                        now.state().name().toLowerCase(Locale.ROOT),
                        entry.forward().traffic().connections(),
                        Bytes.text(entry.forward().traffic().received()),
                        Bytes.text(entry.forward().traffic().sent()),
                        left(now.request()));
    }

    private static String left(@Nullable TunnelRequest request) {
        if (request == null || request.expiresAt() == null) {
            return "";
        }
        Duration left = Duration.between(Instant.now(), request.expiresAt());
        return left.isNegative()
                ? ""
                : ", %d:%02d:%02d left"
                        .formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }

    private static Map<String, Object> document(String event, Entry entry, Standing now) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", event);
        document.put("state", now.state().name().toLowerCase(Locale.ROOT));
        InetSocketAddress local = entry.forward().local();
        document.put("address", local.getAddress().getHostAddress());
        document.put("port", local.getPort());
        TunnelRequest request = now.request();
        if (request != null) {
            document.put("request_id", request.id());
            document.put("firewall", request.firewallName());
            document.put("target", request.target());
            if (request.expiresAt() != null) {
                document.put("expires_at", request.expiresAt());
            }
        }
        if (now.why() != null) {
            document.put("why", now.why());
        }
        document.put("connections", entry.forward().traffic().connections());
        document.put("bytes_in", entry.forward().traffic().received());
        document.put("bytes_out", entry.forward().traffic().sent());
        return document;
    }

    @Override
    public synchronized void close() {
        if (clock != null) {
            clock.interrupt();
        }
        if (terminal) {
            screen.say("");
        }
    }
}
