package io.opnmanager.tunnel.broker.identity;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a name and a password are compared with.
 *
 * @param operator who it would be
 * @param hash of the password, in the PHC string format; null when there is none
 * @param secondFactor whether the password alone does not suffice
 */
record KnownOperator(Caller.Operator operator, @Nullable String hash, boolean secondFactor) {

    /** As the row says at this moment, null when there is nobody of this name. */
    static @Nullable KnownOperator read(Handle handle, String name) {
        return handle.createQuery(
                        """
                        SELECT name, role, tags, password_hash, second_factor IS NOT NULL AS with_second_factor
                        FROM operator WHERE name = :name
                        """)
                .bind("name", name)
                .map((row, context) ->
                        new KnownOperator(
                                OperatorRow.caller(row),
                                row.getString("password_hash"),
                                row.getBoolean("with_second_factor")))
                .findOne()
                .orElse(null);
    }

    /** Without the hash: this record may appear in a log. */
    @Override
    public String toString() {
        return "KnownOperator[operator=" + operator + "]";
    }
}
