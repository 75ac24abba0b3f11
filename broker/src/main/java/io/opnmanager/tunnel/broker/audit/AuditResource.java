package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.AuditApi;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import io.opnmanager.tunnel.contract.operator.AuditPage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The audit for administrators, newest first. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class AuditResource implements AuditApi {

    private static final String SEARCH =
            """
            WHERE (:actor IS NULL OR actor = :actor) AND (:action IS NULL OR action = :action)
              AND (:subject IS NULL OR subject = :subject)
            """;

    private final Jdbi jdbi;

    AuditResource(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public AuditPage list(
            @Nullable String actor,
            @Nullable String action,
            @Nullable String subject,
            int page,
            int size) {
        return jdbi.withHandle(handle -> {
            long total =
                    handle.createQuery("SELECT COUNT(*) FROM audit " + SEARCH)
                            .bind("actor", actor)
                            .bind("action", action)
                            .bind("subject", subject)
                            .mapTo(Long.class)
                            .one();
            List<AuditEntry> entries =
                    handle.createQuery(
                                    "SELECT id, at, actor, action, subject, address, result, detail FROM audit "
                                            + SEARCH
                                            + "ORDER BY id DESC LIMIT :size OFFSET :skipped")
                            .bind("actor", actor)
                            .bind("action", action)
                            .bind("subject", subject)
                            .bind("size", size)
                            .bind("skipped", (long) page * size)
                            .map((row, context) ->
                                    new AuditEntry(
                                            row.getLong("id"),
                                            UtcTime.read(row, "at"),
                                            row.getString("actor"),
                                            row.getString("action"),
                                            row.getString("subject"),
                                            row.getString("address"),
                                            row.getString("result"),
                                            row.getString("detail")))
                            .list();
            return new AuditPage(entries, page, size, total);
        });
    }
}
