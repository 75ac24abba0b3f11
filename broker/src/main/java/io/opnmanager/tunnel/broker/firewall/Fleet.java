package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.contract.operator.TagCount;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/** All firewalls together: pages, tags, and what changed since. Every call blocks. */
@ApplicationScoped
class Fleet {

    private static final int MOST_TAGS = 5_000;

    private final Jdbi jdbi;
    private final long longestSilence;

    Fleet(Jdbi jdbi, FirewallConfiguration configuration) {
        this.jdbi = jdbi;
        this.longestSilence = Sight.longestSilence(configuration).toMillis() * 1000;
    }

    /**
     * What a list shall hold.
     *
     * @param text part of the name, the host name or a tag, in any case; null for all
     * @param tag one that they carry; null for all
     * @param online whether they are; null for all
     * @param kind the word of their kind; null for all
     */
    record Wanted(
            @Nullable String text,
            @Nullable String tag,
            @Nullable Boolean online,
            @Nullable String kind) {}

    /** One page and how many there are on all. */
    record Page(List<FirewallRow> rows, long total) {}

    Page page(Reach reach, Wanted wanted, String sort, int page, int size) {
        String where = " WHERE " + conditions(reach, wanted);
        return jdbi.withHandle(handle -> {
            long total =
                    bound(handle, "SELECT COUNT(*) FROM firewall f" + where, reach, wanted)
                            .mapTo(Long.class)
                            .one();
            // The numbers first: sorting them is cheap, sorting whole rows is not.
            List<Long> ids =
                    bound(
                                    handle,
                                    "SELECT f.id FROM firewall f"
                                            + where
                                            + " ORDER BY "
                                            + order(sort)
                                            + " LIMIT :size OFFSET :skipped",
                                    reach,
                                    wanted)
                            .bind("size", size)
                            .bind("skipped", (long) page * size)
                            .mapTo(Long.class)
                            .list();
            return new Page(rows(handle, ids), total);
        });
    }

    /** Those of these numbers, in their order. */
    List<FirewallRow> rows(Collection<Long> ids) {
        return jdbi.withHandle(handle -> rows(handle, List.copyOf(ids)));
    }

    /** Every tag within a reach by word, and how many carry it. */
    List<TagCount> tags(Reach reach) {
        String within = ReachCondition.on("w.firewall_id", reach);
        return jdbi.withHandle(handle ->
                ReachCondition.bind(
                                handle.createQuery(
                                        "SELECT w.tag, COUNT(*) AS firewalls FROM firewall_tag w WHERE "
                                                + within
                                                + " GROUP BY w.tag ORDER BY w.tag LIMIT :most"),
                                reach)
                        .bind("most", MOST_TAGS)
                        .map((row, context) ->
                                new TagCount(row.getString("tag"), row.getInt("firewalls")))
                        .list());
    }

    /** The database's clock. */
    Instant now() {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT UTC_TIMESTAMP(6)").mapTo(Instant.class).one());
    }

    /**
     * Those that may look different than at a moment: changed, fallen silent, or with requests that
     * moved. Each part of it reads a short piece of a key.
     */
    List<Long> changedSince(Instant moment) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT id FROM firewall WHERE changed_at >= :moment
                                UNION
                                SELECT id FROM firewall
                                WHERE last_seen >= :moment - INTERVAL :silence MICROSECOND
                                  AND last_seen < UTC_TIMESTAMP(6) - INTERVAL :silence MICROSECOND
                                UNION
                                SELECT firewall_id FROM request_queue WHERE moved_at >= :moment
                                """)
                        .bind("moment", moment)
                        .bind("silence", longestSilence)
                        .mapTo(Long.class)
                        .list());
    }

    private static List<FirewallRow> rows(Handle handle, List<Long> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return handle.createQuery(
                        Firewalls.COLUMNS
                                + "WHERE f.id IN (<ids>) ORDER BY FIND_IN_SET(f.id, :order)")
                .bindList("ids", ids)
                .bind("order", String.join(",", ids.stream().map(String::valueOf).toList()))
                .map((row, context) -> Firewalls.read(row))
                .list();
    }

    private static String conditions(Reach reach, Wanted wanted) {
        List<String> conditions = new ArrayList<>();
        conditions.add(ReachCondition.on("f.id", reach));
        if (wanted.text() != null && !wanted.text().isEmpty()) {
            conditions.add(
                    """
                    (f.sort_name LIKE :pattern OR LOWER(f.hostname) LIKE :pattern OR EXISTS (
                        SELECT 1 FROM firewall_tag s WHERE s.firewall_id = f.id AND LOWER(s.tag) LIKE :pattern))\
                    """);
        }
        if (wanted.tag() != null) {
            conditions.add("f.id IN (SELECT firewall_id FROM firewall_tag WHERE tag = :tag)");
        }
        if (wanted.online() != null) {
            conditions.add(
                    """
                    (f.agent_token_hash IS NOT NULL
                        AND COALESCE(f.last_seen >= UTC_TIMESTAMP(6) - INTERVAL :silence MICROSECOND, FALSE)) = :online\
                    """);
        }
        if (wanted.kind() != null) {
            conditions.add("f.kind = :kind");
        }
        return String.join(" AND ", conditions);
    }

    private Query bound(Handle handle, String sql, Reach reach, Wanted wanted) {
        Query query = ReachCondition.bind(handle.createQuery(sql), reach);
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind(
                        "pattern",
                        wanted.text() == null ? null : Database.containing(wanted.text()))
                .bind("tag", wanted.tag())
                .bind("online", wanted.online())
                .bind("kind", wanted.kind())
                .bind("silence", longestSilence);
    }

    private static String order(String sort) {
        return switch (sort) {
            case "last_seen" -> "f.last_seen DESC, f.id";
            case "status" ->
                    """
                    f.agent_token_hash IS NULL,
                    NOT COALESCE(f.last_seen >= UTC_TIMESTAMP(6) - INTERVAL :silence MICROSECOND, FALSE), f.sort_name, f.id\
                    """;
            default -> "f.sort_name, f.id";
        };
    }
}
