package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedMariaDbTest {

    @Test
    void it_needs_the_password_and_keeps_its_data_over_a_restart(@TempDir Path folder)
            throws Exception {
        try (EmbeddedMariaDb database = EmbeddedMariaDb.open(folder)) {
            try (var connection =
                            DriverManager.getConnection(
                                    database.jdbcUrl(), database.user(), database.password());
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept (id INT PRIMARY KEY)");
                statement.execute("INSERT INTO kept VALUES (21)");
            }
            assertThatThrownBy(() -> DriverManager.getConnection(database.jdbcUrl(), "root", ""))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Access denied");

            database.stop();
            database.start();

            try (var connection =
                            DriverManager.getConnection(
                                    database.jdbcUrl(), database.user(), database.password());
                    var rows = connection.createStatement().executeQuery("SELECT id FROM kept")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(21);
            }
        }
    }
}
