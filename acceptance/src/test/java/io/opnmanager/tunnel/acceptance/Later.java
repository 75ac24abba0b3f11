package io.opnmanager.tunnel.acceptance;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Work that goes on while a test does something else. */
final class Later {

    private Later() {}

    /** In a virtual thread of its own. */
    static <T> CompletableFuture<T> later(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(work.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }
}
