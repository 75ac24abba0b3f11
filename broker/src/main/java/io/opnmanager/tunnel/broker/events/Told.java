package io.opnmanager.tunnel.broker.events;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was told last of each thing, so that nothing is told twice when rows are looked at again.
 * Bounded: of very many the oldest are forgotten. Safe from any thread.
 *
 * @param <V> what makes a thing worth telling again
 */
public final class Told<V> {

    private final Map<Long, V> last;

    public Told(int most) {
        last =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
                        return size() > most;
                    }
                };
    }

    /** Whether this is new of a thing; from now on it is not. */
    public synchronized boolean isNew(long id, V value) {
        return !value.equals(last.put(id, value));
    }

    public synchronized void forget() {
        last.clear();
    }
}
