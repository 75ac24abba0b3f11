package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.CertificatePin;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The certificates behind the targets of each firewall: trusted when first seen, an alarm when
 * another is shown, until an administrator accepts it.
 */
@ApplicationScoped
public class Pins {

    private static final HexFormat HEX = HexFormat.of();

    private final Jdbi jdbi;
    private final Audit audit;

    Pins(Jdbi jdbi, Audit audit) {
        this.jdbi = jdbi;
        this.audit = audit;
    }

    /**
     * Compares a shown certificate with the remembered one; the first is remembered, another one is
     * noted as offered. Blocks.
     *
     * @param sha256 SHA-256 of the certificate, 32 bytes
     */
    public PinVerdict check(long firewallId, Target target, byte[] sha256) {
        // Statements of their own: pins are never deleted, so what one saw the next finds too.
        return jdbi.withHandle(handle -> {
            byte[] pinned = pinned(handle, firewallId, target);
            if (pinned == null) {
                if (first(handle, firewallId, target, sha256)) {
                    return new PinVerdict.Pinned();
                }
                pinned = Objects.requireNonNull(pinned(handle, firewallId, target));
            }
            if (Arrays.equals(pinned, sha256)) {
                return new PinVerdict.Matches();
            }
            offer(handle, firewallId, target, sha256);
            return new PinVerdict.Differs(HEX.formatHex(pinned));
        });
    }

    /** All pins of a firewall by target. */
    List<CertificatePin> of(long firewallId) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT target, sha256, pinned_at, pinned_by, offered_sha256, offered_at
                                FROM certificate_pin WHERE firewall_id = :firewall ORDER BY target
                                """)
                        .bind("firewall", firewallId)
                        .map((row, context) ->
                                new CertificatePin(
                                        row.getString("target"),
                                        HEX.formatHex(row.getBytes("sha256")),
                                        UtcTime.read(row, "pinned_at"),
                                        row.getString("pinned_by"),
                                        hex(row.getBytes("offered_sha256")),
                                        UtcTime.readOrNull(row, "offered_at")))
                        .list());
    }

    /** Trusts a certificate from now on, whether or not it was shown already. */
    void accept(Caller.Operator operator, long firewallId, Target target, byte[] sha256) {
        jdbi.useTransaction(handle -> {
            handle.createUpdate(
                            """
                            INSERT INTO certificate_pin (firewall_id, target, sha256, pinned_at, pinned_by)
                            VALUES (:firewall, :target, :sha256, UTC_TIMESTAMP(6), :operator)
                            ON DUPLICATE KEY UPDATE sha256 = VALUES(sha256), pinned_at = VALUES(pinned_at),
                                pinned_by = VALUES(pinned_by), offered_sha256 = NULL, offered_at = NULL
                            """)
                    .bind("firewall", firewallId)
                    .bind("target", target.toString())
                    .bind("sha256", sha256)
                    .bind("operator", operator.name())
                    .execute();
            audit.record(
                    handle,
                    operator,
                    "firewall.accept-certificate",
                    Firewalls.subject(firewallId),
                    Audit.DONE,
                    target + " " + HEX.formatHex(sha256));
        });
    }

    private static byte @Nullable [] pinned(Handle handle, long firewallId, Target target) {
        return handle.createQuery(
                        "SELECT sha256 FROM certificate_pin WHERE firewall_id = :firewall AND target = :target")
                .bind("firewall", firewallId)
                .bind("target", target.toString())
                .map((row, context) -> row.getBytes("sha256"))
                .findOne()
                .orElse(null);
    }

    private static boolean first(Handle handle, long firewallId, Target target, byte[] sha256) {
        return handle.createUpdate(
                                """
                                INSERT IGNORE INTO certificate_pin (firewall_id, target, sha256, pinned_at)
                                VALUES (:firewall, :target, :sha256, UTC_TIMESTAMP(6))
                                """)
                        .bind("firewall", firewallId)
                        .bind("target", target.toString())
                        .bind("sha256", sha256)
                        .execute()
                == 1;
    }

    private static void offer(Handle handle, long firewallId, Target target, byte[] sha256) {
        handle.createUpdate(
                        """
                        UPDATE certificate_pin SET offered_sha256 = :sha256, offered_at = UTC_TIMESTAMP(6)
                        WHERE firewall_id = :firewall AND target = :target AND sha256 <> :sha256 AND NOT offered_sha256 <=> :sha256
                        """)
                .bind("firewall", firewallId)
                .bind("target", target.toString())
                .bind("sha256", sha256)
                .execute();
    }

    private static @Nullable String hex(byte @Nullable [] bytes) {
        return bytes == null ? null : HEX.formatHex(bytes);
    }
}
