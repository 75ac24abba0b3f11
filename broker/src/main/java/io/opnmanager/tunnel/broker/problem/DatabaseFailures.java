package io.opnmanager.tunnel.broker.problem;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import org.jdbi.v3.core.ConnectionException;

/** Tells a database that does not answer from a fault of the broker. */
final class DatabaseFailures {

    /** ISO/IEC 9075: class 08 is "connection exception". */
    private static final String CONNECTION_CLASS = "08";

    private static final int DEEPEST = 20;

    private DatabaseFailures() {}

    /**
     * Whether the database was not there, gave no connection in time, or ended the transaction to
     * let another through: the same may succeed in a moment.
     */
    static boolean isUnavailable(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof ConnectionException
                    || cause instanceof SQLTransientException
                    || cause instanceof SQLNonTransientConnectionException
                    || (cause instanceof SQLException sql && isConnectionState(sql))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isConnectionState(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && state.startsWith(CONNECTION_CLASS);
    }
}
