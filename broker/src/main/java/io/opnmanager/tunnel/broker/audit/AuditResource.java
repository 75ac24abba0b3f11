package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.AuditApi;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import io.opnmanager.tunnel.contract.operator.AuditPage;
import io.opnmanager.tunnel.contract.operator.AuditQuery;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The audit for administrators, newest first. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class AuditResource implements AuditApi {

    private final Jdbi jdbi;
    private final CurrentCaller current;

    AuditResource(Jdbi jdbi, CurrentCaller current) {
        this.jdbi = jdbi;
        this.current = current;
    }

    /**
     * The audit is of all firewalls, and it is whole or nothing: whoever may reach only some may
     * not read what was done with the others.
     *
     * @throws Problem {@code not_allowed}
     */
    static void requireAllFirewalls(Caller.Operator who) {
        if (!who.reach().isEverything()) {
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "wanted an administrator of all firewalls, found one who is limited to some");
        }
    }

    @Override
    public AuditPage list(AuditQuery wanted, PageQuery part) {
        requireAllFirewalls(current.operator());
        AuditSearch search = new AuditSearch(wanted);
        return jdbi.withHandle(handle -> {
            long total =
                    search.bind(
                                    handle.createQuery(
                                            "SELECT COUNT(*) FROM audit WHERE "
                                                    + search.condition()))
                            .mapTo(Long.class)
                            .one();
            List<AuditEntry> entries =
                    search.bind(
                                    handle.createQuery(
                                            AuditRow.SELECT
                                                    + "WHERE "
                                                    + search.condition()
                                                    + " ORDER BY id DESC LIMIT :size OFFSET :skipped"))
                            .bind("size", part.size())
                            .bind("skipped", (long) part.page() * part.size())
                            .map((row, context) -> AuditRow.read(row))
                            .list();
            return new AuditPage(entries, part.page(), part.size(), total);
        });
    }
}
