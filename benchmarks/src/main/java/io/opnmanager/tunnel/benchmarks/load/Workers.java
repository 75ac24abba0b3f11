package io.opnmanager.tunnel.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that work at the same time and are all waited for: one that fails fails all. */
final class Workers {

    private Workers() {}

    /**
     * Runs each in a thread of its own.
     *
     * @param patience after it those that still work are interrupted, which closes their
     *     connections
     * @throws IOException when one failed, or did not end in time
     */
    static <T> List<T> run(List<Callable<T>> works, Duration patience)
            throws IOException, InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        works.size(), Thread.ofPlatform().daemon().name("load").factory());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> done :
                    threads.invokeAll(works, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                results.add(done.get());
            }
            return results;
        } catch (CancellationException e) {
            throw new IOException("traffic did not end within " + patience, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("traffic failed: " + cause.getMessage(), cause);
        } finally {
            threads.shutdownNow();
        }
    }
}
