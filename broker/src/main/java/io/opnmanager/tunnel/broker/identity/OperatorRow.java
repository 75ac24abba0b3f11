package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.Operator;
import io.opnmanager.tunnel.contract.operator.OperatorOrigin;
import io.opnmanager.tunnel.contract.operator.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an operator's columns are read and written. */
final class OperatorRow {

    /** All that {@link #read} needs. */
    static final String SELECT =
            """
            SELECT o.name, o.role, o.tags, o.origin, o.second_factor IS NOT NULL AS with_second_factor,
                   o.created_at, o.last_sign_in_at,
                   (SELECT GROUP_CONCAT(c.name ORDER BY c.name SEPARATOR '\\n')
                    FROM operator_certificate_name c WHERE c.operator = o.name) AS certificate_names
            FROM operator o
            """;

    private OperatorRow() {}

    static Operator read(ResultSet row) throws SQLException {
        String names = row.getString("certificate_names");
        return new Operator(
                row.getString("name"),
                role(row.getString("role")),
                tags(row.getString("tags")),
                row.getBoolean("with_second_factor"),
                OperatorOrigin.valueOf(row.getString("origin").toUpperCase(Locale.ROOT)),
                names == null ? List.of() : List.of(names.split("\n")),
                UtcTime.read(row, "created_at"),
                UtcTime.readOrNull(row, "last_sign_in_at"));
    }

    /** Who it is, with all that they may do; needs the columns name, role and tags. */
    static Caller.Operator caller(ResultSet row) throws SQLException {
        return new Caller.Operator(
                row.getString("name"),
                role(row.getString("role")),
                Reach.ALL.within(Set.copyOf(tags(row.getString("tags")))));
    }

    static Role role(String word) {
        return Role.valueOf(word.toUpperCase(Locale.ROOT));
    }

    static String word(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    static List<String> tags(String column) {
        return column.isEmpty() ? List.of() : List.of(column.split(" "));
    }

    static String column(@Nullable List<String> tags) {
        return tags == null ? "" : String.join(" ", tags.stream().distinct().toList());
    }
}
