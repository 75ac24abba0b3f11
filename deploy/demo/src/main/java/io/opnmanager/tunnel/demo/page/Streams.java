package io.opnmanager.tunnel.demo.page;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Supplier;

/**
 * Server-sent events without an end. The scripts of OPNsense give up on one that has not begun
 * after a second (src/opnsense/www/js/widgets/BaseWidget.js: openEventSource), so whatever is
 * between must pass on its head at once.
 */
final class Streams {

    private final Vertx vertx;

    Streams(Vertx vertx) {
        this.vertx = vertx;
    }

    /** One event now and one at each interval, until either side ends it. */
    void send(Call call, long intervalMs, Supplier<String> data) {
        HttpServerResponse response = call.response();
        response.putHeader("Content-Type", "text/event-stream; charset=UTF-8")
                .putHeader("Cache-Control", "no-cache")
                .setChunked(true);
        long[] number = {0};
        Runnable next =
                () -> {
                    // A peer that does not read misses events; they are not kept for it.
                    if (!response.writeQueueFull()) {
                        response.write("id: " + number[0]++ + "\ndata: " + data.get() + "\n\n");
                    }
                };
        next.run();
        long timer = vertx.setPeriodic(intervalMs, fired -> next.run());
        response.closeHandler(closed -> vertx.cancelTimer(timer));
    }
}
