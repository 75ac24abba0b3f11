package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.operator.FirewallAsk;
import io.opnmanager.tunnel.contract.operator.FirewallKind;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The registry of firewalls. Every call but a refused one touches the database, so it blocks. */
@ApplicationScoped
public class Firewalls {

    private static final String DEFAULT_WEB_TARGET = "https://localhost:443";

    /** Every column of {@link #read}, of a table called f. */
    static final String COLUMNS =
            """
            SELECT f.id, f.name, f.kind, f.web_target, f.hostname, f.platform, f.agent_version, f.ssh_public_key,
                f.ssh_key_fingerprint, f.last_seen, f.enrolled_at, f.created_at, UTC_TIMESTAMP(6) AS read_at,
                (SELECT GROUP_CONCAT(tag ORDER BY place SEPARATOR ' ') FROM firewall_tag WHERE firewall_id = f.id) AS tags,
                (SELECT COUNT(*) FROM request_queue WHERE live = 1 AND firewall_id = f.id) AS live_requests
            FROM firewall f
            """;

    /** An agent that tells another platform than before may make a generic firewall more. */
    static final String KIND_OF_PLATFORM =
            """
            kind = CASE
                WHEN kind <> 'generic' OR :platform IS NULL OR platform <=> :platform THEN kind
                WHEN LOWER(:platform) LIKE '%opnsense%' THEN 'opnsense'
                WHEN LOWER(:platform) LIKE '%pfsense%' THEN 'pfsense'
                ELSE kind END,
            """;

    private final Jdbi jdbi;
    private final Audit audit;
    private final Event<FirewallChanged> changed;

    Firewalls(Jdbi jdbi, Audit audit, Event<FirewallChanged> changed) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.changed = changed;
    }

    /**
     * One firewall.
     *
     * @throws Problem {@code firewall_unknown}
     */
    public FirewallRow one(long id) {
        FirewallRow row = find(id);
        if (row == null) {
            throw unknown(id);
        }
        return row;
    }

    /**
     * One firewall, if it is within the reach of an operator.
     *
     * @throws Problem {@code firewall_unknown}, {@code not_yours}
     */
    public FirewallRow within(Reach reach, long id) {
        FirewallRow row = one(id);
        if (!reach.includes(row.tags())) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "wanted a firewall within the caller's reach, found firewall " + id);
        }
        return row;
    }

    /** One firewall, null when there is none of that number. */
    public @Nullable FirewallRow find(long id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    /**
     * Takes over what an agent says of its box; writes only what differs from the row.
     *
     * @throws Problem {@code target_refused} when it says where the firewall's page is and no
     *     tunnel may lead there
     */
    public void checkedIn(long id, Checkin facts) {
        String webTarget =
                facts.webTarget() == null ? null : Target.parse(facts.webTarget()).toString();
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE firewall
                                SET changed_at = UTC_TIMESTAMP(6),
                                """
                                        + KIND_OF_PLATFORM
                                        + """
                                            hostname = COALESCE(:hostname, hostname),
                                            platform = COALESCE(:platform, platform),
                                            agent_version = COALESCE(:agentVersion, agent_version),
                                            web_target = COALESCE(:webTarget, web_target)
                                        WHERE id = :id
                                          AND NOT (hostname <=> COALESCE(:hostname, hostname)
                                            AND platform <=> COALESCE(:platform, platform)
                                            AND agent_version <=> COALESCE(:agentVersion, agent_version)
                                            AND web_target = COALESCE(:webTarget, web_target))
                                        """)
                        .bind("id", id)
                        .bind("hostname", facts.hostname())
                        .bind("platform", facts.platform())
                        .bind("agentVersion", facts.agentVersion())
                        .bind("webTarget", webTarget)
                        .execute());
    }

    /** Something of it that stands in other rows has changed: those who watch look again. */
    public void touched(Handle handle, long id) {
        handle.createUpdate("UPDATE firewall SET changed_at = UTC_TIMESTAMP(6) WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    /**
     * Makes one.
     *
     * @throws Problem {@code firewall_exists}, {@code target_refused}, {@code invalid_field},
     *     {@code not_yours} when it would be outside the caller's own reach
     */
    FirewallRow create(Caller.Operator caller, FirewallAsk ask) {
        String webTarget =
                Target.parse(Objects.requireNonNullElse(ask.webTarget(), DEFAULT_WEB_TARGET))
                        .toString();
        requireStaysWithin(caller, ask);
        return named(
                ask.name(),
                () ->
                        jdbi.inTransaction(handle -> {
                            long id =
                                    handle.createUpdate(
                                                    """
                                                    INSERT INTO firewall (name, kind, web_target, credential_changed_at, created_at, changed_at)
                                                    VALUES (:name, :kind, :webTarget, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                                                    """)
                                            .bind("name", ask.name())
                                            .bind(
                                                    "kind",
                                                    word(
                                                            Objects.requireNonNullElse(
                                                                    ask.kind(),
                                                                    FirewallKind.GENERIC)))
                                            .bind("webTarget", webTarget)
                                            .executeAndReturnGeneratedKeys("id")
                                            .mapTo(Long.class)
                                            .one();
                            return written(handle, caller, id, "firewall.create", ask);
                        }));
    }

    /**
     * Changes name, tags, kind and page; an absent kind or page stays as it is.
     *
     * @throws Problem {@code firewall_unknown}, {@code firewall_exists}, {@code target_refused},
     *     {@code invalid_field}, {@code not_yours} when it is or would be outside the caller's
     *     reach
     */
    FirewallRow change(Caller.Operator caller, long id, FirewallAsk ask) {
        String webTarget =
                ask.webTarget() == null ? null : Target.parse(ask.webTarget()).toString();
        var _ = within(caller.reach(), id);
        requireStaysWithin(caller, ask);
        FirewallRow row =
                named(
                        ask.name(),
                        () ->
                                jdbi.inTransaction(handle -> {
                                    handle.createUpdate(
                                                    """
                                                    UPDATE firewall SET name = :name, kind = COALESCE(:kind, kind),
                                                        web_target = COALESCE(:webTarget, web_target), changed_at = UTC_TIMESTAMP(6)
                                                    WHERE id = :id
                                                    """)
                                            .bind("name", ask.name())
                                            .bind(
                                                    "kind",
                                                    ask.kind() == null ? null : word(ask.kind()))
                                            .bind("webTarget", webTarget)
                                            .bind("id", id)
                                            .execute();
                                    return written(handle, caller, id, "firewall.change", ask);
                                }));
        changed.fire(new FirewallChanged(id));
        return row;
    }

    /** Whoever is limited to some firewalls cannot put one where they would not see it again. */
    private static void requireStaysWithin(Caller.Operator caller, FirewallAsk ask) {
        if (!caller.reach().includes(tags(ask))) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "tags: wanted a firewall that stays within the caller's reach");
        }
    }

    private FirewallRow written(
            Handle handle, Caller caller, long id, String action, FirewallAsk ask) {
        List<String> tags = tags(ask);
        handle.createUpdate("DELETE FROM firewall_tag WHERE firewall_id = :id")
                .bind("id", id)
                .execute();
        if (!tags.isEmpty()) {
            var batch =
                    handle.prepareBatch(
                            "INSERT INTO firewall_tag (firewall_id, tag, place) VALUES (:id, :tag, :place)");
            for (String tag : tags) {
                batch.bind("id", id).bind("tag", tag).bind("place", tags.indexOf(tag)).add();
            }
            batch.execute();
        }
        audit.record(
                handle,
                caller,
                action,
                subject(id),
                Audit.DONE,
                tags.isEmpty() ? ask.name() : ask.name() + " [" + String.join(" ", tags) + "]");
        FirewallRow row = find(handle, id);
        if (row == null) {
            throw unknown(id);
        }
        return row;
    }

    private static List<String> tags(FirewallAsk ask) {
        return ask.tags() == null ? List.of() : ask.tags().stream().distinct().toList();
    }

    static @Nullable FirewallRow find(Handle handle, long id) {
        return handle.createQuery(COLUMNS + "WHERE f.id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne()
                .orElse(null);
    }

    /** The word for the audit. */
    static String subject(long id) {
        return "firewall:" + id;
    }

    static Problem unknown(long id) {
        return new Problem(ProblemCode.FIREWALL_UNKNOWN, "there is no firewall " + id);
    }

    private static FirewallRow named(String name, Supplier<FirewallRow> act) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(
                    ProblemCode.INVALID_FIELD,
                    "name: wanted no control characters, found at least one");
        }
        try {
            return act.get();
        } catch (UnableToExecuteStatementException e) {
            if (Database.isDuplicateKey(e)) {
                throw new Problem(
                        ProblemCode.FIREWALL_EXISTS,
                        "wanted a name of its own, found another firewall called " + name);
            }
            throw e;
        }
    }

    /** The word of a kind in its column and on the wire. */
    static String word(FirewallKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** A row of {@link #COLUMNS}. */
    static FirewallRow read(ResultSet row) throws SQLException {
        String tags = row.getString("tags");
        String key = row.getString("ssh_public_key");
        return new FirewallRow(
                row.getLong("id"),
                row.getString("name"),
                tags == null ? List.of() : List.of(tags.split(" ")),
                FirewallKind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getString("web_target"),
                key != null,
                key,
                row.getString("ssh_key_fingerprint"),
                new FirewallRow.Facts(
                        row.getString("hostname"),
                        row.getString("platform"),
                        row.getString("agent_version")),
                UtcTime.readOrNull(row, "last_seen"),
                UtcTime.readOrNull(row, "enrolled_at"),
                UtcTime.read(row, "created_at"),
                row.getInt("live_requests"),
                UtcTime.read(row, "read_at"));
    }
}
