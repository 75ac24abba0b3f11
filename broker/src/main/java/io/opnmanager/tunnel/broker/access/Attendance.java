package io.opnmanager.tunnel.broker.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which windows of one session are there. A window beats until it says farewell; going from page to
 * page is a farewell and, a moment later, a new page. So after the last farewell there is a time of
 * grace, and a page that was delivered meanwhile is waited for: a short time for one that carries
 * the script, the whole window limit for one that cannot (an image, a text).
 *
 * <p>Windows that fall silent without a farewell are the business of the row's {@code last_window}.
 * Safe from any thread; never waits.
 */
final class Attendance {

    /** How long a page with the script may take until it asks for the script. */
    private static final Duration SCRIPT = Duration.ofSeconds(10);

    private static final int FAREWELLS_REMEMBERED = 200;

    /**
     * How sessions wait.
     *
     * @param beat how often a window gives a sign
     * @param farewell grace after the last farewell
     * @param windowGone for how long a page without the script counts as looked at
     * @param tabs counted at the most
     */
    record Terms(Duration beat, Duration farewell, Duration windowGone, int tabs) {

        private static final int BEATS_IN_WINDOW_LIMIT = 4;

        /** What the keys say; windows never beat so seldom that a lost beat ends a session. */
        static Terms of(AccessSettings settings, Duration windowGone) {
            Duration rarest = windowGone.dividedBy(BEATS_IN_WINDOW_LIMIT);
            return new Terms(
                    settings.beat().compareTo(rarest) < 0 ? settings.beat() : rarest,
                    settings.farewell(),
                    windowGone,
                    settings.tabs());
        }
    }

    private final Terms terms;
    private final LongSupplier clock;
    private final long start;

    /** When each window last beat; guarded by this, like everything below. */
    private final Map<String, Long> tabs = new LinkedHashMap<>();

    /** A beat can be overtaken by its own window's farewell. */
    private final Map<String, Boolean> farewells =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > FAREWELLS_REMEMBERED;
                }
            };

    private boolean leaving;
    private long leftAt;
    private long lastSign;
    private long scriptAwaitedUntil;
    private long plainPageUntil;
    private boolean unsaved;
    private long savedAt;

    Attendance(Terms terms, LongSupplier clock) {
        this.terms = terms;
        this.clock = clock;
        this.start = clock.getAsLong();
    }

    /**
     * A window is there.
     *
     * @return whether it is counted; not when there are too many
     */
    synchronized boolean beat(String tab) {
        if (farewells.containsKey(tab)) {
            return true;
        }
        sign();
        forgetSilent();
        if (tabs.size() >= terms.tabs() && !tabs.containsKey(tab)) {
            return false;
        }
        tabs.put(tab, now());
        leaving = false;
        return true;
    }

    /** A window goes, or goes to another page. */
    synchronized void left(String tab) {
        tabs.remove(tab);
        farewells.put(tab, true);
        forgetSilent();
        if (tabs.isEmpty()) {
            leaving = true;
            leftAt = now();
        }
    }

    /** A page went to a window. */
    synchronized void delivered(boolean withScript) {
        sign();
        if (withScript) {
            scriptAwaitedUntil = now() + SCRIPT.toNanos();
        } else {
            plainPageUntil = now() + terms.windowGone().toNanos();
        }
    }

    /** A page that was delivered is being looked at: its first beat is on the way. */
    synchronized void scriptAsked() {
        sign();
        scriptAwaitedUntil = now();
    }

    /** Somebody is there. */
    synchronized void sign() {
        lastSign = now();
        unsaved = true;
    }

    /**
     * Nanoseconds until the session is over because its last window has gone, 0 or less when it is;
     * empty while a window is there or none has said farewell.
     */
    synchronized OptionalLong leavesIn() {
        if (!leaving || !tabs.isEmpty()) {
            return OptionalLong.empty();
        }
        long grace = Math.max(leftAt, lastSign) + terms.farewell().toNanos();
        return OptionalLong.of(
                Math.max(grace, Math.max(scriptAwaitedUntil, plainPageUntil)) - now());
    }

    /**
     * How long ago the last sign was, when it is to be written down: it has not been, and it is
     * time.
     */
    synchronized @Nullable Duration toSave() {
        if (!unsaved || (savedAt != 0 && now() - savedAt < terms.beat().toNanos())) {
            return null;
        }
        unsaved = false;
        savedAt = now();
        return Duration.ofNanos(now() - lastSign);
    }

    /** It could not be written down. */
    synchronized void notSaved() {
        unsaved = true;
        savedAt = 0;
    }

    synchronized int tabs() {
        forgetSilent();
        return tabs.size();
    }

    /** A window that missed two beats has crashed or sleeps; it is no reason to wait for others. */
    private void forgetSilent() {
        long oldest = now() - terms.beat().toNanos() * 5 / 2;
        tabs.values().removeIf(last -> last < oldest);
    }

    private long now() {
        return clock.getAsLong() - start;
    }
}
