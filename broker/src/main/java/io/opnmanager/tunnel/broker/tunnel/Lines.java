package io.opnmanager.tunnel.broker.tunnel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.jboss.logging.Logger;

/**
 * Every authenticated connection of this node, and its signs of life: a peer that is silent for too
 * long is given up, and so is one that has no business here. Safe from any thread; needs no
 * database.
 */
final class Lines {

    private static final Logger LOG = Logger.getLogger(Lines.class);

    private final SshSettings settings;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();

    Lines(SshSettings settings) {
        this.settings = settings;
    }

    void add(Line line) {
        lines.add(line);
    }

    void remove(Line line) {
        lines.remove(line);
    }

    int size() {
        return lines.size();
    }

    Iterable<Line> all() {
        return lines;
    }

    /**
     * Asks each peer for a sign of life, and closes what is silent or serves nothing.
     *
     * @param awaited whether any live request waits for lines of this firewall
     */
    void beat(LongPredicate awaited) {
        for (Line line : lines) {
            if (!line.beat(settings.keepalive(), settings.silence())) {
                LOG.warnf(
                        "peer silent: firewall=%d silence=%s", line.firewall(), settings.silence());
                line.session().close(true);
            } else if (line.tunnel() == null
                    && (line.olderThan(settings.forward()) || !awaited.test(line.firewall()))) {
                line.disconnect("no port was asked for");
            }
        }
    }

    void disconnectAll(String why) {
        lines.forEach(line -> line.disconnect(why));
    }
}
