package io.opnmanager.tunnel.benchmarks.fleet;

import io.opnmanager.tunnel.demo.Database;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.keyprovider.KeyPairProvider;

/**
 * Firewalls that were enrolled together: rows as enrolment leaves them, written by SQL.
 *
 * @param members in the order of their places
 * @param key the SSH key of them all
 */
public record Roster(List<Member> members, KeyPair key) {

    /** For the settings of whoever uses it. */
    public static final String HOW =
            "rows as enrolment writes them (SHA-256 of a token of 256 random bits each, one Ed25519 key for all), inserted by SQL"
                    + " in batches, without entries in the audit";

    private static final int BATCH = 1_000;
    private static final int TOKEN_BYTES = 32;

    /**
     * Enrols firewalls. The broker sees them within a second.
     *
     * @param name what their names begin with
     * @param target {@code host:port} that their tunnels end at, plain TCP
     */
    public static Roster enrol(Database database, String name, int count, String target)
            throws SQLException, GeneralSecurityException {
        Cryptography.choose();
        KeyPair key = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        List<String> tokens = tokens(count);
        List<Member> members = new ArrayList<>(count);
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            insert(connection, name, target, tokens, key);
            try (PreparedStatement read =
                    connection.prepareStatement(
                            "SELECT id FROM firewall WHERE name LIKE ? ORDER BY id")) {
                read.setString(1, name + "-%");
                var rows = read.executeQuery();
                while (rows.next()) {
                    int place = members.size();
                    members.add(new Member(rows.getLong(1), tokens.get(place), place));
                }
            }
        }
        if (members.size() != count) {
            throw new IllegalStateException(
                    "wanted %d firewalls, found %d".formatted(count, members.size()));
        }
        return new Roster(List.copyOf(members), key);
    }

    private static List<String> tokens(int count) {
        SecureRandom random = new SecureRandom();
        List<String> tokens = new ArrayList<>(count);
        byte[] bytes = new byte[TOKEN_BYTES];
        for (int i = 0; i < count; i++) {
            random.nextBytes(bytes);
            tokens.add("opa_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        }
        return tokens;
    }

    /**
     * A batch is committed well before the broker looks for changes that are older than it would
     * look at.
     */
    private static void insert(
            Connection connection, String name, String target, List<String> tokens, KeyPair key)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        INSERT INTO firewall (name, web_target, hostname, platform, agent_version, agent_token_hash,
                            ssh_public_key, ssh_key_fingerprint, enrolled_at, credential_changed_at, created_at, changed_at)
                        VALUES (?, ?, ?, 'Linux amd64', '0.1.0', ?, ?, ?,
                            UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                        """)) {
            String line = PublicKeyEntry.toString(key.getPublic());
            String fingerprint = KeyUtils.getFingerPrint(BuiltinDigests.sha256, key.getPublic());
            for (int i = 0; i < tokens.size(); i++) {
                String own = "%s-%05d".formatted(name, i);
                insert.setString(1, own);
                insert.setString(2, "http://" + target);
                insert.setString(3, own);
                insert.setBytes(4, hash(tokens.get(i)));
                insert.setString(5, line);
                insert.setString(6, fingerprint);
                insert.addBatch();
                if ((i + 1) % BATCH == 0 || i + 1 == tokens.size()) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
        }
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
