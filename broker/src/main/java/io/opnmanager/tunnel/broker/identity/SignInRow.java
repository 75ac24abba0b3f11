package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in whose cookie is shown.
 *
 * @param admitted whose it is
 * @param left how long it still lives when nobody uses it
 * @param noteAt from which moment ({@link System#nanoTime}) on a use has to be written down
 */
record SignInRow(Admitted admitted, Duration left, long noteAt) {

    /** A use is written down when the last one is longer ago than this; of a short limit less. */
    private static final Duration NOTED_EVERY = Duration.ofSeconds(60);

    /** Finds one by the hash of its cookie and notes its use, null when there is none in time. */
    static @Nullable SignInRow find(
            Handle handle, byte[] hash, SignInConfiguration configuration, boolean counts) {
        if (counts) {
            handle.createUpdate(
                            """
                            UPDATE sign_in SET last_used_at = UTC_TIMESTAMP(6)
                            WHERE cookie_hash = :hash AND expires_at > UTC_TIMESTAMP(6)
                            AND last_used_at > UTC_TIMESTAMP(6) - INTERVAL :idle MICROSECOND
                            AND last_used_at < UTC_TIMESTAMP(6) - INTERVAL :every MICROSECOND
                            """)
                    .bind("hash", hash)
                    .bind("idle", microseconds(configuration.idle()))
                    .bind("every", microseconds(notedEvery(configuration)))
                    .execute();
        }
        return handle.createQuery(
                        """
                        SELECT s.id, s.method, s.last_used_at, s.expires_at, o.name, o.role, o.tags, UTC_TIMESTAMP(6) AS now
                        FROM sign_in s JOIN operator o ON o.name = s.operator
                        WHERE s.cookie_hash = :hash AND s.expires_at > UTC_TIMESTAMP(6)
                        AND s.last_used_at > UTC_TIMESTAMP(6) - INTERVAL :idle MICROSECOND
                        """)
                .bind("hash", hash)
                .bind("idle", microseconds(configuration.idle()))
                .map((row, context) -> read(row, configuration))
                .findOne()
                .orElse(null);
    }

    boolean isToBeNoted() {
        return System.nanoTime() - noteAt >= 0;
    }

    static long microseconds(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private static SignInRow read(ResultSet row, SignInConfiguration configuration)
            throws SQLException {
        Instant now = UtcTime.read(row, "now");
        Instant used = UtcTime.read(row, "last_used_at");
        Instant expiresAt = UtcTime.read(row, "expires_at");
        Instant idleExpiresAt = used.plus(configuration.idle());
        SignInMethod method =
                SignInMethod.valueOf(row.getString("method").toUpperCase(Locale.ROOT));
        Duration untilNoted = Duration.between(now, used.plus(notedEvery(configuration)));
        return new SignInRow(
                new Admitted(
                        OperatorRow.caller(row),
                        Credential.signIn(row.getLong("id"), method, expiresAt, idleExpiresAt)),
                Duration.between(
                        now, idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt),
                System.nanoTime() + untilNoted.toNanos());
    }

    private static Duration notedEvery(SignInConfiguration configuration) {
        Duration part = configuration.idle().dividedBy(10);
        return part.compareTo(NOTED_EVERY) < 0 ? part : NOTED_EVERY;
    }
}
