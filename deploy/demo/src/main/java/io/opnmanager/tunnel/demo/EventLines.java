package io.opnmanager.tunnel.demo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server-sent event stream line by line until one event is the wanted one. Called by the
 * HTTP client, one signal at a time.
 *
 * @param <T> what an event is turned into; null for one that is not wanted
 */
final class EventLines<T> implements Flow.Subscriber<String>, AutoCloseable {

    private static final String DATA = "data:";

    private final Function<String, @Nullable T> wanted;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile Flow.@Nullable Subscription subscription;

    EventLines(Function<String, @Nullable T> wanted) {
        this.wanted = wanted;
    }

    /** Done with the wanted event, or exceptionally when the stream ended without it. */
    CompletableFuture<T> result() {
        return result;
    }

    /** Told how the call itself went: it can fail before there is any line. */
    void failed(@Nullable Throwable cause) {
        if (cause != null) {
            result.completeExceptionally(cause);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (!line.startsWith(DATA)) {
            return;
        }
        try {
            @Nullable T event = wanted.apply(line.substring(DATA.length()).strip());
            if (event != null) {
                result.complete(event);
            }
        } catch (IllegalStateException e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    public void onError(Throwable cause) {
        result.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
        result.completeExceptionally(new IllegalStateException("the events ended"));
    }

    @Override
    public void close() {
        Flow.@Nullable Subscription given = subscription;
        if (given != null) {
            given.cancel();
        }
    }
}
