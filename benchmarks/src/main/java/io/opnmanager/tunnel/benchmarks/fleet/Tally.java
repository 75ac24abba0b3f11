package io.opnmanager.tunnel.benchmarks.fleet;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What all agents of a fleet saw. Any thread may look. */
public final class Tally {

    private final LongAdder asked = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final Map<String, LongAdder> lost = new ConcurrentHashMap<>();
    private final LongAdder checkins = new LongAdder();
    private final LongAdder established = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<Integer, LongAdder> refused = new ConcurrentHashMap<>();

    Tally() {}

    void asked() {
        asked.increment();
    }

    void answered() {
        answered.increment();
    }

    void lost(String why) {
        // An address differs from agent to agent.
        lost.computeIfAbsent(why.replaceAll("[/:][0-9.:]+", ""), _ -> new LongAdder()).increment();
    }

    void checkedIn() {
        checkins.increment();
    }

    void refused(int status) {
        refused.computeIfAbsent(status, _ -> new LongAdder()).increment();
    }

    void reported(String status, boolean heard) {
        if (!heard || status.equals("failed")) {
            failed.increment();
        } else if (status.equals("active")) {
            established.increment();
        }
    }

    /** Checks that were answered. */
    public long answers() {
        return answered.sum();
    }

    /** Connections or answers that did not come, by their reason. */
    public Map<String, Long> losses() {
        return sums(lost);
    }

    /** Check-ins that were answered. */
    public long checkins() {
        return checkins.sum();
    }

    /** Tunnels that are up and reported. */
    public long established() {
        return established.sum();
    }

    /** Tunnels that could not be opened, and reports that were not heard. */
    public long failures() {
        return failed.sum();
    }

    /** Refusals by their HTTP status. */
    public Map<Integer, Long> refusals() {
        return sums(refused);
    }

    private static <K extends Comparable<K>> Map<K, Long> sums(Map<K, LongAdder> counts) {
        Map<K, Long> all = new TreeMap<>();
        counts.forEach((key, count) -> all.put(key, count.sum()));
        return all;
    }
}
