package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.contract.UpdateState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What stands of a firewall's agent beside the rollout, read in one query at its check-in.
 *
 * @param rolloutVersion which version the rollout is of
 * @param percentage of firewalls that are offered it
 * @param halted whether nobody is
 * @param said what the agent said last; null when never
 * @param offeredVersion what it was offered last
 * @param failed whether the version of the rollout failed on it
 */
record UpdateRow(
        @Nullable String rolloutVersion,
        int percentage,
        boolean halted,
        @Nullable Said said,
        @Nullable String offeredVersion,
        boolean failed) {

    static final String SELECT =
            """
            SELECT r.version AS rollout_version, r.percentage, r.halted, u.enabled, u.state, u.version, u.detail, u.offered_version,
                EXISTS (SELECT 1 FROM update_failure f WHERE f.firewall_id = :id AND f.version = r.version) AS failed
            FROM rollout r LEFT JOIN agent_update u ON u.firewall_id = :id
            """;

    /** What an agent said, in the form in which it stands in the row. */
    record Said(
            boolean enabled,
            UpdateState state,
            @Nullable String version,
            @Nullable String detail) {}

    static UpdateRow read(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return new UpdateRow(
                row.getString("rollout_version"),
                row.getInt("percentage"),
                row.getBoolean("halted"),
                state == null
                        ? null
                        : new Said(
                                row.getBoolean("enabled"),
                                state(state),
                                row.getString("version"),
                                row.getString("detail")),
                row.getString("offered_version"),
                row.getBoolean("failed"));
    }

    boolean isNews(Said now) {
        return !Objects.equals(said, now);
    }

    static UpdateState state(String word) {
        return UpdateState.valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The word of a state in its column. */
    static String word(UpdateState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
