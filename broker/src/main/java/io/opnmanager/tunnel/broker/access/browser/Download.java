package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer on its way to the browser, no faster than the browser takes it. What came
 * together goes on together: an answer that was read at once is written at once, head and all, and
 * is one record of TLS.
 *
 * <p>Used on the context of its request only.
 */
final class Download {

    /** Parts up to so many bytes together are copied into one; larger ones go by themselves. */
    private static final int GATHERED = 16 * 1024;

    private final PageConnection from;
    private final HttpServerResponse to;
    private final boolean hasBody;
    private final @Nullable Document document;
    private final Moves moves;

    private @Nullable Buffer gathered;
    private boolean stopped;

    /** Is told of each step. */
    interface Moves {
        /**
         * Bytes came or went.
         *
         * @param full whether the browser has to take some before more comes
         */
        void moved(boolean full);
    }

    /**
     * Of an answer whose head has been told to {@code to}.
     *
     * @param hasBody whether bytes may come
     * @param document whose script is put in; {@code null} when bytes go by as they are
     */
    Download(
            PageConnection from,
            HttpServerResponse to,
            boolean hasBody,
            @Nullable Document document,
            Moves moves) {
        this.from = from;
        this.to = to;
        this.hasBody = hasBody;
        this.document = document;
        this.moves = moves;
    }

    void part(Buffer bytes) {
        moves.moved(false);
        Document into = document;
        add(into == null ? bytes : into.next(bytes));
    }

    private void add(Buffer next) {
        Buffer before = gathered;
        if (next.length() == 0) {
            return;
        }
        if (before == null) {
            gathered = next;
        } else if (before.length() + next.length() <= GATHERED) {
            before.appendBuffer(next);
        } else {
            write(before);
            gathered = next;
        }
    }

    /** Nothing more has come: sends what there is, the head alone if need be. */
    void pause() {
        Buffer before = gathered;
        gathered = null;
        if (before != null) {
            write(before);
        } else if (hasBody && !to.headWritten()) {
            // A stream that is silent yet is not kept waiting for its first event.
            var _ = to.write(Buffer.buffer());
        }
    }

    private void write(Buffer bytes) {
        if (stopped) {
            return;
        }
        var _ = to.write(bytes);
        if (!to.writeQueueFull()) {
            return;
        }
        from.pause();
        moves.moved(true);
        to.drainHandler(room -> {
            if (!stopped) {
                moves.moved(false);
                from.resume();
            }
        });
    }

    /** The answer is whole: gives what has not been sent of it. */
    Buffer end() {
        Document into = document;
        if (into != null) {
            add(into.end());
        }
        Buffer rest = gathered;
        gathered = null;
        return rest == null ? Buffer.buffer() : rest;
    }

    /** Nothing goes to the browser any more. */
    void stop() {
        stopped = true;
        gathered = null;
    }
}
