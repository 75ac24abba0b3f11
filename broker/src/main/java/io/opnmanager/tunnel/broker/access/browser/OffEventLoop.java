package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Takes what blocks off the event loop of a request, and brings its outcome back there. Only so
 * many at once; more are told to come again.
 */
@Singleton
class OffEventLoop {

    private static final Logger LOG = Logger.getLogger(OffEventLoop.class);
    private static final int AT_ONCE = 100;

    private final Vertx vertx;
    private final Pages pages;
    private final Semaphore room = new Semaphore(AT_ONCE);

    OffEventLoop(Vertx vertx, Pages pages) {
        this.vertx = vertx;
        this.pages = pages;
    }

    /** Does the work on a virtual thread and the rest on the request's event loop. */
    <T> void run(HttpServerRequest request, Supplier<T> work, Consumer<T> then) {
        if (!room.tryAcquire()) {
            pages.unavailable(request);
            return;
        }
        // Over HTTP/2 one whose body has been read can no longer be held back, and says so.
        if (!request.isEnded()) {
            request.pause();
        }
        Context loop = vertx.getOrCreateContext();
        Thread.ofVirtual()
                .name("session-host")
                .start(() -> {
                    try {
                        T outcome = work.get();
                        loop.runOnContext(back -> then.accept(outcome));
                    } catch (RuntimeException e) {
                        LOG.debugf(
                                "a session host could not be answered: error=%s", e.getMessage());
                        loop.runOnContext(back -> pages.unavailable(request));
                    } finally {
                        room.release();
                    }
                });
    }
}
