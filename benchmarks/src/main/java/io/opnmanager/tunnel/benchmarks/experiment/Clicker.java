package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.sql.Connection;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Clicks again and again beside everything else, for figures that take seconds each. */
final class Clicker implements AutoCloseable {

    private static final int LONGEST_PAUSE_MILLIS = 3_000;

    private final Thread thread;
    private volatile @Nullable Exception failure;

    private Clicker(Site site, long firewall, Consumer<Click> noted) {
        OperatorClient operator = site.operator();
        thread =
                Thread.ofVirtual()
                        .name("clicker")
                        .unstarted(() -> {
                            try (Connection database = site.broker().database().connect()) {
                                while (!Thread.interrupted()) {
                                    noted.accept(Click.on(operator, database, firewall));
                                    Thread.sleep(
                                            ThreadLocalRandom.current()
                                                    .nextInt(LONGEST_PAUSE_MILLIS));
                                }
                            } catch (InterruptedException e) {
                                // That is how it ends.
                            } catch (Exception e) {
                                failure = e;
                            }
                        });
    }

    static Clicker start(Site site, long firewall, Consumer<Click> noted) {
        var clicker = new Clicker(site, firewall, noted);
        clicker.thread.start();
        return clicker;
    }

    /**
     * Ends.
     *
     * @throws Exception when it could not click
     */
    void stop() throws Exception {
        close();
        Exception found = failure;
        if (found != null) {
            throw found;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
