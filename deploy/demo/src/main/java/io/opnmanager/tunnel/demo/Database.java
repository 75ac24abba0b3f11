package io.opnmanager.tunnel.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Where a broker keeps its rows.
 *
 * @param jdbcUrl of the schema
 * @param user of the schema
 * @param password of the user
 */
public record Database(String jdbcUrl, String user, String password) {

    /** The own schema of an embedded server. */
    public static Database of(EmbeddedMariaDb server) {
        return new Database(server.jdbcUrl(), server.user(), server.password());
    }

    /**
     * A schema of this name, without any row of before.
     *
     * @param schema begins with {@link EmbeddedMariaDb#SCHEMA}
     */
    public static Database fresh(EmbeddedMariaDb server, String schema) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                server.jdbcUrl("information_schema"),
                                server.user(),
                                server.password());
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS `" + schema + "`");
            statement.execute("CREATE DATABASE `" + schema + "` CHARACTER SET utf8mb4");
        }
        return new Database(server.jdbcUrl(schema), server.user(), server.password());
    }

    /** A connection of its own; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, user, password);
    }

    /** Without the password: this record may appear in a log. */
    @Override
    public String toString() {
        return "Database[" + jdbcUrl + ", user=" + user + "]";
    }
}
