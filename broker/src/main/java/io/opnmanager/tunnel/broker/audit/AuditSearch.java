package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.database.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * What of the audit is wanted; null is all.
 *
 * @param actor who
 * @param action what
 * @param subject on which
 * @param result with what result
 * @param from not before
 * @param until before
 * @param text part of the actor, subject, address or detail, in any case
 */
record AuditSearch(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String subject,
        @Nullable String result,
        @Nullable Instant from,
        @Nullable Instant until,
        @Nullable String text) {

    /** Only what is asked for: a condition that may be none hides the keys from the database. */
    String condition() {
        List<String> conditions = new ArrayList<>();
        conditions.add("TRUE");
        add(conditions, actor, "actor = :actor");
        add(conditions, action, "action = :action");
        add(conditions, subject, "subject = :subject");
        add(conditions, result, "result = :result");
        add(conditions, from, "at >= :from");
        add(conditions, until, "at < :until");
        add(
                conditions,
                text,
                "(LOWER(actor) LIKE :text OR LOWER(subject) LIKE :text OR LOWER(address) LIKE :text OR LOWER(detail) LIKE :text)");
        return String.join(" AND ", conditions);
    }

    private static void add(List<String> conditions, @Nullable Object wanted, String condition) {
        if (wanted != null) {
            conditions.add(condition);
        }
    }

    /** Fills in what {@link #condition} left open. */
    Query bind(Query query) {
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind("actor", actor)
                .bind("action", action)
                .bind("subject", subject)
                .bind("result", result)
                .bind("from", from)
                .bind("until", until)
                .bind("text", text == null ? null : Database.containing(text));
    }

    /** For a person, and for the audit of who took it away. */
    String inWords() {
        return Stream.of(
                        word("actor", actor),
                        word("action", action),
                        word("subject", subject),
                        word("result", result),
                        word("from", from),
                        word("until", until),
                        word("text", text))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String word(String name, @Nullable Object wanted) {
        return wanted == null ? "" : name + "=" + wanted;
    }
}
