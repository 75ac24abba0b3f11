package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** How a row of {@code audit} is read, and what of it is sealed. */
final class AuditRow {

    /** Every column of {@link #read}. */
    static final String SELECT =
            "SELECT id, at, actor, action, subject, address, result, detail FROM audit ";

    private static final int NULL = -1;

    private AuditRow() {}

    static AuditEntry read(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                UtcTime.read(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("address"),
                row.getString("result"),
                row.getString("detail"));
    }

    /**
     * The seal of one entry. The bytes are in {@code docs/operations.md}, so that another program
     * can check them: never change them.
     *
     * @param previous the seal before, 32 bytes
     * @param number of this seal
     */
    static byte[] seal(byte[] previous, long number, AuditEntry entry) {
        try {
            var bytes = new ByteArrayOutputStream();
            var canonical = new DataOutputStream(bytes);
            canonical.write(previous);
            canonical.writeLong(number);
            canonical.writeLong(entry.id());
            canonical.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()));
            write(canonical, entry.actor());
            write(canonical, entry.action());
            write(canonical, entry.subject());
            write(canonical, entry.address());
            write(canonical, entry.result());
            write(canonical, entry.detail());
            return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory does not fail", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** With its length before it: no two rows have the same bytes. */
    private static void write(DataOutputStream canonical, @Nullable String text)
            throws IOException {
        if (text == null) {
            canonical.writeInt(NULL);
        } else {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            canonical.writeInt(bytes.length);
            canonical.write(bytes);
        }
    }
}
