package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * Who wants a {@link PageConnection} and asks something on it. Everything is told on its event loop
 * and in its context.
 */
interface Asker {

    /** Here is one; to be asked on, or to be {@link PageConnections#keep kept}. */
    void connected(PageConnection connection);

    /** There will be none. Nothing was sent. */
    void unconnected(Throwable cause);

    /** The page wants the body that was announced (100 Continue). */
    void leaveGiven();

    /** The head of the answer. */
    void answered(int status, String words, MultiMap headers);

    /** The next bytes of the answer; its own to keep. */
    void part(Buffer bytes);

    /** All that has come by now was told: more comes with another read of the connection. */
    void pause();

    /** The answer is whole. */
    void whole(MultiMap trailers);

    /** What was written has gone, and more can be. */
    void room();

    /** The connection ended before the answer was whole. */
    void broken(Throwable cause);
}
