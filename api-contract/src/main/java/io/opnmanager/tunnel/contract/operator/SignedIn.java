package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is signed in, and what the credential of this call allows.
 *
 * @param operator the operator's name
 * @param role what this credential allows: the operator's role, or a token's narrower one
 * @param tags only firewalls with at least one of these; empty is every firewall. Of a token that
 *     is narrowed further, the token's
 * @param secondFactor whether the operator has a second factor
 * @param method how the operator signed in
 * @param expiresAt when the sign-in or token ends in any case; absent for a password
 * @param idleExpiresAt when the sign-in ends unless something else than this call is asked before;
 *     only for sign-ins of the console
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SignedIn(
        String operator,
        Role role,
        List<String> tags,
        boolean secondFactor,
        SignInMethod method,
        @Nullable Instant expiresAt,
        @Nullable Instant idleExpiresAt) {}
