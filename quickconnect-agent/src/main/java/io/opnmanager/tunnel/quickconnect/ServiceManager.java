package io.opnmanager.tunnel.quickconnect;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What systemd is told (sd_notify(3)): ready, stopping, and, when the unit has a watchdog, that the
 * program works. It is told through the program systemd-notify, because Java has no datagram
 * sockets of the kind. Without a service manager nothing happens. The pulse runs in a thread of its
 * own that neither virtual threads nor a pool can starve.
 */
final class ServiceManager implements AutoCloseable {
    private static final Logger log = Logger.getLogger(ServiceManager.class);

    /** Three chances within the time that the unit gives. */
    private static final int PULSES = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final boolean present;
    private final @Nullable Duration watchdog;
    private @Nullable Thread pulse;

    ServiceManager(Map<String, String> environment, long pid) {
        present = !environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty();
        watchdog = present ? watchdogOf(environment, pid) : null;
    }

    /** The one that started this process, if it was one. */
    static ServiceManager ofThisProcess() {
        return new ServiceManager(System.getenv(), ProcessHandle.current().pid());
    }

    private static @Nullable Duration watchdogOf(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
        if (!micros.matches("[1-9]\\d{0,17}") || !whose.equals(Long.toString(pid))) {
            return null;
        }
        return Duration.ofNanos(Math.multiplyExact(Long.parseLong(micros), 1000L));
    }

    /** Says that it is ready, and from now on that it works, while it does. */
    void ready(BooleanSupplier works) {
        if (!present) {
            return;
        }
        tell("READY=1");
        if (watchdog != null) {
            Duration every = watchdog.dividedBy(PULSES);
            pulse = Thread.ofPlatform().daemon().name("watchdog").start(() -> beat(every, works));
        }
    }

    private static void beat(Duration every, BooleanSupplier works) {
        boolean worked = true;
        try {
            while (true) {
                boolean now = works.getAsBoolean();
                if (now) {
                    tell("WATCHDOG=1");
                } else if (worked) {
                    log.errorf(
                            "checks have come to a standstill; the service manager is not told that it works");
                }
                worked = now;
                Thread.sleep(every);
            }
        } catch (InterruptedException e) {
            log.debug("the watchdog is told nothing more");
        }
    }

    private static void tell(String state) {
        try {
            Process process =
                    new ProcessBuilder("systemd-notify", state)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                log.warnf("the service manager does not listen state=%s", state);
            } else if (process.exitValue() != 0) {
                log.warnf("systemd-notify failed state=%s code=%d", state, process.exitValue());
            }
        } catch (IOException e) {
            log.warnf("systemd-notify cannot be started detail=%s", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that it stops. */
    @Override
    public void close() {
        if (pulse != null) {
            pulse.interrupt();
        }
        if (present) {
            tell("STOPPING=1");
        }
    }
}
