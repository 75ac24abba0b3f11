package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.contract.operator.AuditQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/** The entries that are wanted, as a question to the database. */
record AuditSearch(AuditQuery wanted) {

    /** Only what is asked for: a condition that may be none hides the keys from the database. */
    String condition() {
        List<String> conditions = new ArrayList<>();
        conditions.add("TRUE");
        add(conditions, wanted.actor(), "actor = :actor");
        add(conditions, wanted.action(), "action = :action");
        add(conditions, wanted.subject(), "subject = :subject");
        add(conditions, wanted.result(), "result = :result");
        add(conditions, wanted.from(), "at >= :from");
        add(conditions, wanted.until(), "at < :until");
        add(
                conditions,
                wanted.text(),
                "(LOWER(actor) LIKE :text OR LOWER(subject) LIKE :text OR LOWER(address) LIKE :text OR LOWER(detail) LIKE :text)");
        return String.join(" AND ", conditions);
    }

    private static void add(List<String> conditions, @Nullable Object value, String condition) {
        if (value != null) {
            conditions.add(condition);
        }
    }

    /** Fills in what {@link #condition} left open. */
    Query bind(Query query) {
        String text = wanted.text();
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind("actor", wanted.actor())
                .bind("action", wanted.action())
                .bind("subject", wanted.subject())
                .bind("result", wanted.result())
                .bind("from", wanted.from())
                .bind("until", wanted.until())
                .bind("text", text == null ? null : Database.containing(text));
    }

    /** For a person, and for the audit of who took it away. */
    String inWords() {
        return Stream.of(
                        word("actor", wanted.actor()),
                        word("action", wanted.action()),
                        word("subject", wanted.subject()),
                        word("result", wanted.result()),
                        word("from", wanted.from()),
                        word("until", wanted.until()),
                        word("text", wanted.text()))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String word(String name, @Nullable Object value) {
        return value == null ? "" : name + "=" + value;
    }
}
