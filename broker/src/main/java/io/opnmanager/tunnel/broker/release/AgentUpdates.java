package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.contract.UpdateState;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.OfferedUpdate;
import io.opnmanager.tunnel.contract.agent.UpdateReport;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * What agents say of themselves and of their updates at a check-in, and what they are offered. For
 * updates it is one short query, only when the agent says something of them, and a write when that
 * is new. Checks know nothing of it, so an update waits for the next check-in.
 */
@ApplicationScoped
public class AgentUpdates {

    /** Begins the version of the agent without Java, which is another file of a release. */
    private static final String SHELL = "sh-";

    private final Jdbi jdbi;
    private final Firewalls firewalls;
    private final ReleaseFolder folder;
    private final Halt halt;

    AgentUpdates(Jdbi jdbi, Firewalls firewalls, ReleaseFolder folder, Halt halt) {
        this.jdbi = jdbi;
        this.firewalls = firewalls;
        this.folder = folder;
        this.halt = halt;
    }

    /**
     * Takes over what an agent says. Blocks.
     *
     * @return what it shall update to; null for nothing
     * @throws io.opnmanager.tunnel.broker.problem.Problem {@code target_refused}
     */
    public @Nullable OfferedUpdate checkedIn(long firewall, Checkin checkin) {
        firewalls.checkedIn(firewall, checkin);
        UpdateReport report = checkin.update();
        if (report == null) {
            return null;
        }
        UpdateRow.Said said = said(report);
        UpdateRow row =
                jdbi.withHandle(handle ->
                        handle.createQuery(UpdateRow.SELECT)
                                .bind("id", firewall)
                                .map((found, context) -> UpdateRow.read(found))
                                .one());
        if (row.isNews(said)) {
            jdbi.useTransaction(handle -> write(handle, firewall, said, row));
        }
        ReleaseVersion offer = offer(firewall, checkin.agentVersion(), said, row);
        if (offer == null) {
            return null;
        }
        if (!offer.text().equals(row.offeredVersion())) {
            jdbi.useTransaction(handle -> offered(handle, firewall, offer));
        }
        return new OfferedUpdate(offer.text());
    }

    /** Bounded by the contract; whatever is no version or could disturb a terminal is left out. */
    private static UpdateRow.Said said(UpdateReport report) {
        ReleaseVersion version = ReleaseVersion.of(report.version());
        String detail =
                report.detail() == null
                        ? ""
                        : report.detail().replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ").strip();
        return new UpdateRow.Said(
                Boolean.TRUE.equals(report.enabled()),
                Objects.requireNonNullElse(report.state(), UpdateState.NONE),
                version == null ? null : version.text(),
                detail.isEmpty() ? null : detail);
    }

    private void write(Handle handle, long firewall, UpdateRow.Said said, UpdateRow row) {
        handle.createUpdate(
                        """
                        INSERT INTO agent_update (firewall_id, enabled, state, version, detail, reported_at)
                        VALUES (:id, :enabled, :state, :version, :detail, UTC_TIMESTAMP(6))
                        ON DUPLICATE KEY UPDATE enabled = VALUES(enabled), state = VALUES(state), version = VALUES(version),
                            detail = VALUES(detail), reported_at = VALUES(reported_at)
                        """)
                .bind("id", firewall)
                .bind("enabled", said.enabled())
                .bind("state", UpdateRow.word(said.state()))
                .bind("version", said.version())
                .bind("detail", said.detail())
                .execute();
        firewalls.touched(handle, firewall);
        // Only what it was offered counts: nobody halts a rollout that is not theirs, or fills the
        // table with versions that there never were.
        boolean failed =
                switch (said.state()) {
                    case WENT_BACK, REFUSED -> true;
                    case NONE, TRYING, CONFIRMED -> false;
                };
        if (failed && said.version() != null && said.version().equals(row.offeredVersion())) {
            halt.failed(handle, firewall, said.version());
        }
    }

    private void offered(Handle handle, long firewall, ReleaseVersion version) {
        handle.createUpdate(
                        """
                        UPDATE agent_update SET offered_version = :version, offered_at = UTC_TIMESTAMP(6)
                        WHERE firewall_id = :id
                        """)
                .bind("version", version.text())
                .bind("id", firewall)
                .execute();
        firewalls.touched(handle, firewall);
    }

    private @Nullable ReleaseVersion offer(
            long firewall, @Nullable String agentVersion, UpdateRow.Said said, UpdateRow row) {
        Release release = folder.release();
        if (release == null
                || !said.enabled()
                || row.halted()
                || row.failed()
                || !release.version().text().equals(row.rolloutVersion())
                || Slot.of(firewall, release.version().text()) >= row.percentage()
                || hasFailed(said, release.version())) {
            return null;
        }
        String running = Objects.requireNonNullElse(agentVersion, "");
        boolean shell = running.startsWith(SHELL);
        ReleaseVersion now = ReleaseVersion.of(shell ? running.substring(SHELL.length()) : running);
        boolean older = now != null && now.compareTo(release.version()) < 0;
        return older && release.has(shell ? Release.SHELL_AGENT : Release.PACKAGE)
                ? release.version()
                : null;
    }

    /** In the very check-in that says so, before its row is read again. */
    private static boolean hasFailed(UpdateRow.Said said, ReleaseVersion version) {
        return version.text().equals(said.version())
                && switch (said.state()) {
                    case WENT_BACK, REFUSED -> true;
                    case NONE, TRYING, CONFIRMED -> false;
                };
    }
}
