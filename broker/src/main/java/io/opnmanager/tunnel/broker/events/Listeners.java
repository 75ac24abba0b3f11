package io.opnmanager.tunnel.broker.events;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who listens to things of one kind. Any thread may tell; a listener that does not keep up loses
 * its stream, never an event in the middle of it.
 *
 * @param <T> what is told
 */
public final class Listeners<T> {

    /** Events that wait for one listener. */
    private static final int BUFFER = 512;

    private final Set<Listener<T, ?>> listeners = ConcurrentHashMap.newKeySet();
    private final Streams streams;

    Listeners(Streams streams) {
        this.streams = streams;
    }

    private record Listener<T, E>(
            Function<T, @Nullable E> seen, Predicate<T> last, MultiEmitter<? super E> emitter) {

        void tell(T thing) {
            E event = seen.apply(thing);
            if (event != null) {
                emitter.emit(event);
                if (last.test(thing)) {
                    emitter.complete();
                }
            }
        }
    }

    /** Whether nobody listens, so that there is nothing to find out. */
    public boolean isEmpty() {
        return listeners.isEmpty();
    }

    /** Tells everyone who may see it. */
    public void tell(T thing) {
        listeners.forEach(listener -> listener.tell(thing));
    }

    /**
     * A stream from now on, until the listener goes or may no longer listen.
     *
     * @param who listens
     * @param seen what the listener sees of a thing; null when it is not for this listener
     */
    public <E> Multi<E> listen(Caller.Operator who, Function<T, @Nullable E> seen) {
        return listen(who, seen, thing -> false, teller -> {});
    }

    /**
     * The same for a stream that has an end of its own.
     *
     * @param last whether nothing follows a thing that was told
     * @param first is called once listening has begun, and may tell this one listener something
     */
    public <E> Multi<E> listen(
            Caller.Operator who,
            Function<T, @Nullable E> seen,
            Predicate<T> last,
            Consumer<Consumer<T>> first) {
        streams.requireRoom();
        return Multi.createFrom()
                .emitter(
                        emitter -> {
                            Listener<T, E> listener = new Listener<>(seen, last, emitter);
                            Streams.Open open = streams.begin(who, emitter::complete);
                            emitter.onTermination(() -> {
                                listeners.remove(listener);
                                streams.end(open);
                            });
                            listeners.add(listener);
                            first.accept(listener::tell);
                        },
                        BUFFER);
    }
}
