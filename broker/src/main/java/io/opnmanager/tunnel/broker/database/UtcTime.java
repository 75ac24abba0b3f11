package io.opnmanager.tunnel.broker.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code DATETIME(6)} columns, which hold UTC, without the time zone of the session or of
 * this process having a say. They are written by {@code UTC_TIMESTAMP(6)}, so that all nodes follow
 * one clock.
 */
public final class UtcTime {

    private UtcTime() {}

    /** The moment in a column that is never NULL. */
    public static Instant read(ResultSet row, String column) throws SQLException {
        Instant moment = readOrNull(row, column);
        if (moment == null) {
            throw new SQLException("wanted a time in column " + column + ", found NULL");
        }
        return moment;
    }

    /** The moment in a column, null when it is NULL. */
    public static @Nullable Instant readOrNull(ResultSet row, String column) throws SQLException {
        return instant(row.getObject(column, LocalDateTime.class));
    }

    static @Nullable Instant readOrNull(ResultSet row, int column) throws SQLException {
        return instant(row.getObject(column, LocalDateTime.class));
    }

    static LocalDateTime column(Instant moment) {
        return LocalDateTime.ofInstant(moment, ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(@Nullable LocalDateTime utc) {
        return utc == null ? null : utc.toInstant(ZoneOffset.UTC);
    }
}
