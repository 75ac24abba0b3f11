package io.opnmanager.tunnel.broker.database;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Types;
import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Makes the one {@code Jdbi}. Its calls block: use them on virtual threads, never on an event loop.
 */
@Singleton
public final class Database {

    /** Error 1062 of MariaDB: a unique key holds this value already. */
    private static final int DUPLICATE_ENTRY = 1062;

    @Produces
    @Singleton
    Jdbi jdbi(AgroalDataSource pool) {
        return inUtc(Jdbi.create(pool));
    }

    /** Teaches a {@code Jdbi} how times stand in columns; a test brings one of its own. */
    public static Jdbi inUtc(Jdbi jdbi) {
        jdbi.registerColumnMapper(
                Instant.class, (row, column, context) -> UtcTime.readOrNull(row, column));
        jdbi.registerArgument(new InstantArgument());
        return jdbi;
    }

    /**
     * A pattern for {@code LIKE} that finds a text anywhere, in lower case like the columns that it
     * has to be compared with, and without characters that {@code LIKE} expands.
     */
    public static String containing(String text) {
        return "%"
                + text.toLowerCase(Locale.ROOT)
                        .replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_")
                + "%";
    }

    /** Whether a statement failed because a unique key holds its value already. */
    public static boolean isDuplicateKey(JdbiException failure) {
        return failure.getCause() instanceof SQLIntegrityConstraintViolationException cause
                && cause.getErrorCode() == DUPLICATE_ENTRY;
    }

    /**
     * Whether a statement failed because the database ended its transaction to let another one
     * through: a deadlock. The same transaction may succeed in a moment.
     */
    public static boolean isRolledBack(JdbiException failure) {
        return failure.getCause() instanceof SQLTransactionRollbackException;
    }

    /** Jdbi's own goes through {@code Timestamp}, which means the zone of this process. */
    private static final class InstantArgument extends AbstractArgumentFactory<Instant> {

        InstantArgument() {
            super(Types.TIMESTAMP);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            return (position, statement, context) ->
                    statement.setObject(position, UtcTime.column(value));
        }
    }
}
