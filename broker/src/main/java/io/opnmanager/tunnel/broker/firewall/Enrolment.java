package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Trades an enrolment token for a credential. The token is deleted in the transaction that stores
 * the credential, so it is good once, whoever else tries at the same moment, and still good when
 * anything else about the ask was wrong.
 */
@ApplicationScoped
public class Enrolment {

    /**
     * Floods only: a token of 256 bits is not guessed, and one address may be many firewalls behind
     * one NAT that enrol at once.
     */
    private final Rates refused = new Rates(100, Duration.ofSeconds(1), 1_000);

    private final Jdbi jdbi;
    private final Audit audit;
    private final CurrentCaller current;
    private final AgentCredentialView view;
    private final EnrolmentTerms terms;

    Enrolment(
            Jdbi jdbi,
            Audit audit,
            CurrentCaller current,
            AgentCredentialView view,
            EnrolmentTerms terms) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.current = current;
        this.view = view;
        this.terms = terms;
    }

    /**
     * Gives a firewall its credential; one it had before is dead from now on. Blocks.
     *
     * @throws Problem {@code enrolment_token_refused}, {@code ssh_key_refused}, {@code
     *     target_refused}, {@code too_many_requests}
     */
    public EnrolmentAnswer enroll(EnrolmentAsk ask) {
        String source = Optional.ofNullable(current.address()).orElse("unknown");
        if (!refused.take(source)) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "too many refused enrolment tokens from this address",
                    refused.retryAfter(source));
        }
        String token = Secrets.newToken(Secrets.AGENT_PREFIX);
        byte[] hash = Secrets.hash(token);
        AgentCredentialView.Change change = counted(ask, hash, source);
        view.apply(change);
        return terms.answer(change.firewallId(), token);
    }

    /**
     * Makes a token for one enrolment; one made before is dead from now on.
     *
     * @throws Problem {@code firewall_unknown}
     */
    public Made makeToken(Caller.Operator caller, long firewallId) {
        String token = Secrets.newToken(Secrets.ENROLMENT_PREFIX);
        Instant expiresAt =
                jdbi.inTransaction(handle -> {
                    Credentials.lock(handle, firewallId);
                    handle.createUpdate(
                                    """
                                    REPLACE INTO enrolment_token (firewall_id, token_hash, made_by, created_at, expires_at)
                                    VALUES (:firewall, :hash, :madeBy, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL :lifetime SECOND)
                                    """)
                            .bind("firewall", firewallId)
                            .bind("hash", Secrets.hash(token))
                            .bind("madeBy", caller.name())
                            .bind("lifetime", terms.lifetime().toSeconds())
                            .execute();
                    audit.record(
                            handle,
                            caller,
                            "firewall.enrolment-token",
                            Firewalls.subject(firewallId),
                            Audit.DONE,
                            null);
                    return handle.createQuery(
                                    "SELECT expires_at FROM enrolment_token WHERE firewall_id = :firewall")
                            .bind("firewall", firewallId)
                            .mapTo(Instant.class)
                            .one();
                });
        return new Made(token, expiresAt);
    }

    /** Taken before and given back after, so that many at once cannot all pass before one fails. */
    private AgentCredentialView.Change counted(EnrolmentAsk ask, byte[] hash, String source) {
        boolean counts = false;
        try {
            return jdbi.inTransaction(handle -> store(handle, ask, hash));
        } catch (Problem problem) {
            counts = problem.code() == ProblemCode.ENROLMENT_TOKEN_REFUSED;
            throw problem;
        } finally {
            if (!counts) {
                refused.giveBack(source);
            }
        }
    }

    private AgentCredentialView.Change store(Handle handle, EnrolmentAsk ask, byte[] hash) {
        Long firewall = redeem(handle, ask.enrolmentToken());
        if (firewall == null) {
            audit.refused(
                    "unknown",
                    "firewall.enroll",
                    null,
                    ProblemCode.ENROLMENT_TOKEN_REFUSED,
                    ask.hostname());
            throw new Problem(
                    ProblemCode.ENROLMENT_TOKEN_REFUSED,
                    "wanted an enrolment token that is known, unused and in time");
        }
        SshKey key = SshKey.parse(ask.sshPublicKey());
        String webTarget =
                ask.webTarget() == null ? null : Target.parse(ask.webTarget()).toString();
        Credentials.lock(handle, firewall);
        handle.createUpdate(
                        """
                        UPDATE firewall SET
                        """
                                + Firewalls.KIND_OF_PLATFORM
                                + """
                                    agent_token_hash = :hash, former_token_hash = NULL, former_token_until = NULL, ssh_public_key = :key, ssh_key_fingerprint = :fingerprint,
                                    hostname = :hostname, platform = :platform, agent_version = :agentVersion,
                                    web_target = COALESCE(:webTarget, web_target), enrolled_at = UTC_TIMESTAMP(6)
                                WHERE id = :id
                                """)
                .bind("hash", hash)
                .bind("key", key.line())
                .bind("fingerprint", key.fingerprint())
                .bind("hostname", ask.hostname())
                .bind("platform", ask.platform())
                .bind("agentVersion", ask.agentVersion())
                .bind("webTarget", webTarget)
                .bind("id", firewall)
                .execute();
        audit.record(
                handle,
                new Caller.Agent(firewall),
                "firewall.enroll",
                Firewalls.subject(firewall),
                Audit.DONE,
                key.fingerprint());
        return Credentials.changed(handle, firewall);
    }

    /** The delete is the check: of two at the same moment the second finds nothing to delete. */
    private static @Nullable Long redeem(Handle handle, String token) {
        return handle.createQuery(
                        """
                        DELETE FROM enrolment_token WHERE token_hash = :hash AND expires_at > UTC_TIMESTAMP(6)
                        RETURNING firewall_id
                        """)
                .bind("hash", Secrets.hash(token))
                .mapTo(Long.class)
                .findOne()
                .orElse(null);
    }

    /**
     * A token that was made.
     *
     * @param token to be shown once
     * @param expiresAt after this moment it is refused
     */
    public record Made(String token, Instant expiresAt) {

        /** Without the token: this record may appear in a log. */
        @Override
        public String toString() {
            return "Made[expiresAt=" + expiresAt + "]";
        }
    }
}
