package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.operator.FirewallAsk;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The registry of firewalls. Every call but a refused one touches the database, so it blocks. */
@ApplicationScoped
public class Firewalls {

    private static final String DEFAULT_WEB_TARGET = "https://localhost:443";
    private static final String COLUMNS =
            """
            SELECT id, name, tags, web_target, hostname, platform, agent_version, ssh_public_key, ssh_key_fingerprint,
                   last_seen, enrolled_at, created_at
            FROM firewall
            """;
    private static final String SEARCH =
            """
            WHERE :pattern IS NULL OR LOWER(name) LIKE :pattern OR LOWER(hostname) LIKE :pattern OR LOWER(tags) LIKE :pattern
            """;

    private final Jdbi jdbi;
    private final Audit audit;

    Firewalls(Jdbi jdbi, Audit audit) {
        this.jdbi = jdbi;
        this.audit = audit;
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
                                SET hostname = COALESCE(:hostname, hostname),
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

    /** One page by name. */
    Page page(@Nullable String query, int page, int size) {
        String pattern = query == null || query.isEmpty() ? null : "%" + escaped(query) + "%";
        return jdbi.withHandle(handle -> {
            long total =
                    handle.createQuery("SELECT COUNT(*) FROM firewall " + SEARCH)
                            .bind("pattern", pattern)
                            .mapTo(Long.class)
                            .one();
            List<FirewallRow> rows =
                    handle.createQuery(
                                    COLUMNS
                                            + SEARCH
                                            + "ORDER BY LOWER(name), id LIMIT :size OFFSET :skipped")
                            .bind("pattern", pattern)
                            .bind("size", size)
                            .bind("skipped", (long) page * size)
                            .map((row, context) -> read(row))
                            .list();
            return new Page(rows, total);
        });
    }

    /**
     * Makes one.
     *
     * @throws Problem {@code firewall_exists}, {@code target_refused}, {@code invalid_field}
     */
    FirewallRow create(Caller caller, FirewallAsk ask) {
        String webTarget = ask.webTarget() == null ? DEFAULT_WEB_TARGET : ask.webTarget();
        return named(
                ask.name(),
                () ->
                        jdbi.inTransaction(handle -> {
                            long id =
                                    bind(
                                                    handle.createUpdate(
                                                            """
                                                            INSERT INTO firewall (name, tags, web_target, credential_changed_at, created_at)
                                                            VALUES (:name, :tags, :webTarget, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                                                            """),
                                                    ask)
                                            .bind("webTarget", Target.parse(webTarget).toString())
                                            .executeAndReturnGeneratedKeys("id")
                                            .mapTo(Long.class)
                                            .one();
                            audit.record(
                                    handle,
                                    caller,
                                    "firewall.create",
                                    subject(id),
                                    Audit.DONE,
                                    ask.name());
                            return existing(handle, id);
                        }));
    }

    /**
     * Changes name, tags and page; an absent page stays as it is.
     *
     * @throws Problem {@code firewall_unknown}, {@code firewall_exists}, {@code target_refused},
     *     {@code invalid_field}
     */
    FirewallRow change(Caller caller, long id, FirewallAsk ask) {
        String webTarget =
                ask.webTarget() == null ? null : Target.parse(ask.webTarget()).toString();
        return named(
                ask.name(),
                () ->
                        jdbi.inTransaction(handle -> {
                            bind(
                                            handle.createUpdate(
                                                    """
                                                    UPDATE firewall SET name = :name, tags = :tags, web_target = COALESCE(:webTarget, web_target)
                                                    WHERE id = :id
                                                    """),
                                            ask)
                                    .bind("webTarget", webTarget)
                                    .bind("id", id)
                                    .execute();
                            FirewallRow changed = existing(handle, id);
                            audit.record(
                                    handle,
                                    caller,
                                    "firewall.change",
                                    subject(id),
                                    Audit.DONE,
                                    ask.name());
                            return changed;
                        }));
    }

    static @Nullable FirewallRow find(Handle handle, long id) {
        return handle.createQuery(COLUMNS + "WHERE id = :id")
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

    private static FirewallRow existing(Handle handle, long id) {
        FirewallRow row = find(handle, id);
        if (row == null) {
            throw unknown(id);
        }
        return row;
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

    private static <T extends SqlStatement<T>> T bind(T statement, FirewallAsk ask) {
        return statement
                .bind("name", ask.name())
                .bind("tags", ask.tags() == null ? "" : String.join(" ", ask.tags()));
    }

    /**
     * Lower case like the columns it is compared with, and without characters that LIKE expands.
     */
    private static String escaped(String query) {
        return query.toLowerCase(Locale.ROOT)
                .replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_");
    }

    private static FirewallRow read(ResultSet row) throws SQLException {
        String tags = row.getString("tags");
        String key = row.getString("ssh_public_key");
        return new FirewallRow(
                row.getLong("id"),
                row.getString("name"),
                tags.isEmpty() ? List.of() : List.of(tags.split(" ")),
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
                UtcTime.read(row, "created_at"));
    }

    /** One page and how many there are on all. */
    record Page(List<FirewallRow> rows, long total) {}
}
