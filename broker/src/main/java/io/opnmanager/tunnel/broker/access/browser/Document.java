package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One document on its way into a tab. Tells the session of it once: when the script has been put
 * in, or as soon as it is clear that it will not be.
 *
 * <p>Used by one thread, that of the answer.
 */
final class Document {

    private final Signs signs;
    private final ScriptInsertion insertion;

    private Document(Signs signs, ScriptInsertion insertion) {
        this.signs = signs;
        this.insertion = insertion;
    }

    /**
     * Prepares the headers of a document for the script.
     *
     * @return {@code null} when it goes through as it is
     */
    static @Nullable Document of(Relay relay, AnswerHead told, MultiMap headers) {
        if (relay.profile.script() && told.takesScript()) {
            ContentPolicy policy = ContentPolicy.open(headers.getAll("Content-Security-Policy"));
            if (policy.runs()) {
                AnswerHead.forInsertion(headers, policy);
                return new Document(relay.signs, new ScriptInsertion(policy.nonce()));
            }
        }
        relay.signs.documentDelivered(false);
        return null;
    }

    /** Takes in the next bytes and gives what can go on. */
    Buffer next(Buffer chunk) {
        if (insertion.isSettled()) {
            return chunk;
        }
        Buffer next = insertion.next(chunk);
        if (insertion.isSettled()) {
            signs.documentDelivered(insertion.inserted());
        }
        return next;
    }

    /** The document is over: gives what is left of it. */
    Buffer end() {
        if (insertion.isSettled()) {
            return Buffer.buffer();
        }
        Buffer rest = insertion.end();
        signs.documentDelivered(insertion.inserted());
        return rest;
    }
}
