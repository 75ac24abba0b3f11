package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.firewall.ReachCondition;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Rollout;
import io.opnmanager.tunnel.contract.operator.RolloutAsk;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The one rollout: what it is, and how operators change it. Every call blocks. */
@ApplicationScoped
class Rollouts {

    private final Jdbi jdbi;
    private final Audit audit;
    private final ReleaseFolder folder;
    private final ReleaseSettings settings;
    private final EnrolmentLines lines;

    Rollouts(
            Jdbi jdbi,
            Audit audit,
            ReleaseFolder folder,
            ReleaseSettings settings,
            EnrolmentLines lines) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.folder = folder;
        this.settings = settings;
        this.lines = lines;
    }

    Rollout now(Reach reach) {
        return jdbi.withHandle(handle -> now(handle, reach));
    }

    /**
     * Changes it, for the release that is there at this moment.
     *
     * @throws Problem {@code not_allowed} for whoever does not reach every firewall, {@code
     *     no_release} when there is none, or another than the caller has seen
     */
    Rollout change(Caller.Operator caller, RolloutAsk ask) {
        if (!caller.reach().isEverything()) {
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "wanted an administrator of all firewalls, found one who is limited to some");
        }
        String version = folder.required().version().text();
        if (ask.version() != null && !ask.version().equals(version)) {
            throw new Problem(
                    ProblemCode.NO_RELEASE,
                    "version: wanted the release that is here, %s, found another"
                            .formatted(version));
        }
        return jdbi.inTransaction(handle -> {
            // In this order: each assignment sees what those before it have written.
            handle.createUpdate(
                            """
                            UPDATE rollout SET
                                counting_since = CASE WHEN version <=> :version AND (NOT halted OR :halted)
                                    THEN counting_since ELSE UTC_TIMESTAMP(6) END,
                                halt_reason = CASE WHEN version <=> :version AND :halted THEN halt_reason END,
                                version = :version, percentage = :percentage, halted = :halted,
                                changed_by = :who, changed_at = UTC_TIMESTAMP(6)
                            """)
                    .bind("version", version)
                    .bind("percentage", ask.percentage())
                    .bind("halted", ask.halted())
                    .bind("who", caller.actor())
                    .execute();
            audit.record(
                    handle,
                    caller,
                    "rollout.change",
                    "rollout",
                    "version=%s percentage=%d halted=%s"
                            .formatted(version, ask.percentage(), ask.halted()));
            return now(handle, caller.reach());
        });
    }

    private Rollout now(Handle handle, Reach reach) {
        ReleaseFolder.State state = folder.state();
        String version =
                switch (state) {
                    case ReleaseFolder.Verified verified -> verified.release().version().text();
                    case ReleaseFolder.Nothing _, ReleaseFolder.Refused _ -> null;
                };
        String problem =
                switch (state) {
                    case ReleaseFolder.Refused refused -> refused.because();
                    case ReleaseFolder.Nothing _, ReleaseFolder.Verified _ -> null;
                };
        Rollout.Counts counts = counts(handle, reach, version);
        int failures = Halt.failures(handle);
        return handle.createQuery(
                        "SELECT version, percentage, halted, halt_reason, changed_by, changed_at FROM rollout")
                .map((row, context) -> {
                    // Of another version nothing is let out.
                    boolean same = version != null && version.equals(row.getString("version"));
                    return new Rollout(
                            version,
                            lines.kinds(),
                            problem,
                            same ? row.getInt("percentage") : 0,
                            same && row.getBoolean("halted"),
                            same ? row.getString("halt_reason") : null,
                            same ? failures : 0,
                            settings.failures(),
                            counts,
                            row.getString("changed_by"),
                            UtcTime.read(row, "changed_at"));
                })
                .one();
    }

    private static Rollout.Counts counts(Handle handle, Reach reach, @Nullable String version) {
        Map<String, Integer> found =
                ReachCondition.bind(
                                handle.createQuery(
                                        """
                                        SELECT CASE
                                            WHEN u.version = :version AND u.state <> 'none' THEN u.state
                                            WHEN u.firewall_id IS NULL OR NOT u.enabled THEN 'off'
                                            WHEN u.offered_version = :version THEN 'offered'
                                            ELSE 'waiting' END AS what, COUNT(*) AS firewalls
                                        FROM firewall f LEFT JOIN agent_update u ON u.firewall_id = f.id
                                        WHERE f.agent_token_hash IS NOT NULL AND
                                        """
                                                + ReachCondition.on("f.id", reach)
                                                + " GROUP BY what"),
                                reach)
                        .bind("version", version)
                        .reduceRows(
                                new java.util.HashMap<String, Integer>(),
                                (map, row) -> {
                                    map.put(
                                            row.getColumn("what", String.class),
                                            row.getColumn("firewalls", Integer.class));
                                    return map;
                                });
        return new Rollout.Counts(
                found.getOrDefault("offered", 0),
                found.getOrDefault("trying", 0),
                found.getOrDefault("confirmed", 0),
                found.getOrDefault("went_back", 0),
                found.getOrDefault("refused", 0),
                found.getOrDefault("waiting", 0),
                found.getOrDefault("off", 0));
    }
}
