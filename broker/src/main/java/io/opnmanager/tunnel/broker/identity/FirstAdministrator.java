package io.opnmanager.tunnel.broker.identity;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A new database has no operator, so nobody could sign in to make one: at the first start an
 * administrator is made, and the password is left in a file that only this user can read.
 *
 * <p>The file is there before the row: a crash in between leaves a password that the next start
 * uses. Of several nodes that start at once one wins; a file whose password is not the
 * administrator's is removed.
 */
@ApplicationScoped
class FirstAdministrator {

    static final String FILE = "initial-administrator";

    private static final Logger LOG = Logger.getLogger(FirstAdministrator.class);
    private static final String NAME = "administrator";

    /** Without letters and digits that look alike; 24 of 32 are 120 bits. */
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789-";

    private static final int LENGTH = 24;

    private final Operators operators;
    private final KnownOperators known;
    private final Passwords passwords;
    private final StateFolder state;

    FirstAdministrator(
            Operators operators, KnownOperators known, Passwords passwords, StateFolder state) {
        this.operators = operators;
        this.known = known;
        this.passwords = passwords;
        this.state = state;
    }

    void start(@Observes StartupEvent event) {
        Path file = state.stateFolder().resolve(FILE);
        try {
            if (operators.isEmpty()) {
                String kept = read(file);
                String password = kept == null ? write(file) : kept;
                if (operators.createFirst(NAME, passwords.hash(password))) {
                    LOG.infof("first administrator made: operator=%s, password in %s", NAME, file);
                }
            }
            removeIfStale(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the first administrator's password could not be kept in "
                            + file
                            + ": check opnmanager.state-folder",
                    e);
        }
    }

    private void removeIfStale(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String password = read(file);
        KnownOperator operator = known.nameNow(NAME);
        String hash = operator == null ? null : operator.hash();
        if (password == null || !passwords.matches(password, hash)) {
            Files.deleteIfExists(file);
            LOG.infof("removed %s: it no longer holds the password of %s", file, NAME);
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.size() == 2
                        && lines.get(0).equals("name=" + NAME)
                        && lines.get(1).startsWith("password=")
                ? lines.get(1).substring("password=".length())
                : null;
    }

    /** On the disk before the row can be. */
    private static String write(Path file) throws IOException {
        String password = password();
        PrivateFile.write(file, "name=" + NAME + "\npassword=" + password + "\n");
        return password;
    }

    private static String password() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
