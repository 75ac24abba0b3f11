package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.SignInMethod;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator showed with a call.
 *
 * @param method what kind it is; of a sign-in how that one was begun
 * @param token number of the token, null when it is none
 * @param signIn number of the sign-in, null when it is none
 * @param expiresAt when it ends in any case, null when it does not
 * @param idleExpiresAt when the sign-in ends unless it is used, null when it is none
 */
record Credential(
        SignInMethod method,
        @Nullable Long token,
        @Nullable Long signIn,
        @Nullable Instant expiresAt,
        @Nullable Instant idleExpiresAt) {

    /** Something that is shown whole with each call and does not end. */
    static Credential shown(SignInMethod method) {
        return new Credential(method, null, null, null, null);
    }

    /**
     * A certificate, and the number of the token that it was made with.
     *
     * @param token null when it was made without one
     */
    static Credential certificate(Instant expiresAt, @Nullable Long token) {
        return new Credential(SignInMethod.CERTIFICATE, token, null, expiresAt, null);
    }

    static Credential token(long id, Instant expiresAt) {
        return new Credential(SignInMethod.TOKEN, id, null, expiresAt, null);
    }

    static Credential signIn(
            long id, SignInMethod method, Instant expiresAt, Instant idleExpiresAt) {
        return new Credential(method, null, id, expiresAt, idleExpiresAt);
    }

    boolean isToken() {
        return token != null;
    }
}
