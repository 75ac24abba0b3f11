package io.opnmanager.tunnel.benchmarks.experiment;

import java.sql.Connection;
import java.sql.SQLException;

/** How many statements the database was sent since its start. */
final class Questions {

    private Questions() {}

    static long asked(Connection database) throws SQLException {
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Questions'")) {
            rows.next();
            return rows.getLong(2);
        }
    }
}
