package io.opnmanager.tunnel.broker.identity;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Operators, their tokens and sign-ins as of at most 5 s ago: a console asks several times a
 * second. What this node takes away is forgotten at once, what another node does within about a
 * second, because {@link OperatorRights} looks.
 */
@ApplicationScoped
class KnownOperators {

    private static final Duration LIFETIME = Duration.ofSeconds(5);
    private static final int MOST = 1_000;

    private final Remembered<String, Answer> names = new Remembered<>(MOST, LIFETIME);
    private final Remembered<ByteBuffer, Admitted> tokens = new Remembered<>(MOST, LIFETIME);
    private final Remembered<ByteBuffer, SignInRow> signIns = new Remembered<>(MOST, LIFETIME);
    private final Remembered<ByteBuffer, Admitted> certificates = new Remembered<>(MOST, LIFETIME);
    private final Jdbi jdbi;
    private final SignInConfiguration configuration;

    KnownOperators(Jdbi jdbi, SignInConfiguration configuration) {
        this.jdbi = jdbi;
        this.configuration = configuration;
    }

    /** Who is known by this name without asking, null when nobody is or it has to be asked. */
    @Nullable KnownOperator knownName(String name) {
        Answer found = names.find(name);
        return found == null ? null : found.operator();
    }

    /** Who has this name, null when nobody has; asks when it has to, so it blocks. */
    @Nullable KnownOperator name(String name) {
        Answer found = names.find(name);
        return found == null ? nameNow(name) : found.operator();
    }

    /** Who has this name at this moment, null when nobody has; blocks. */
    @Nullable KnownOperator nameNow(String name) {
        long generation = names.generation();
        Answer read = new Answer(jdbi.withHandle(handle -> KnownOperator.read(handle, name)));
        names.put(name, read, LIFETIME, generation);
        return read.operator();
    }

    /** Whose token it is, without asking, null when it has to be asked. Never waits. */
    @Nullable Admitted knownToken(byte[] hash) {
        return tokens.find(ByteBuffer.wrap(hash));
    }

    /** Whose token it is, null when there is none or its time is over; blocks. */
    @Nullable Admitted token(byte[] hash) {
        long generation = tokens.generation();
        TokenRow read = jdbi.withHandle(handle -> TokenRow.use(handle, hash));
        if (read == null) {
            return null;
        }
        tokens.put(ByteBuffer.wrap(hash), read.admitted(), read.left(), generation);
        return read.admitted();
    }

    /**
     * Whose sign-in it is, without asking, null when it has to be asked. Never waits.
     *
     * @param counts whether this is a use that keeps it from being idle
     */
    @Nullable Admitted knownSignIn(byte[] hash, boolean counts) {
        SignInRow found = signIns.find(ByteBuffer.wrap(hash));
        return found == null || (counts && found.isToBeNoted()) ? null : found.admitted();
    }

    /**
     * Whose sign-in it is, null when there is none or its time is over; blocks.
     *
     * @param counts whether this is a use that keeps it from being idle
     */
    @Nullable Admitted signIn(byte[] hash, boolean counts) {
        long generation = signIns.generation();
        SignInRow read =
                jdbi.withHandle(handle -> SignInRow.find(handle, hash, configuration, counts));
        if (read == null) {
            return null;
        }
        signIns.put(ByteBuffer.wrap(hash), read, read.left(), generation);
        return read.admitted();
    }

    /** Whose certificate it is, without asking, null when it has to be asked. Never waits. */
    @Nullable Admitted knownCertificate(ClientCertificate certificate) {
        return certificates.find(ByteBuffer.wrap(certificate.hash()));
    }

    /** All whose names a certificate has; blocks. Only that of one alone is remembered. */
    List<Admitted> certificate(ClientCertificate certificate) {
        if (certificate.names().isEmpty()) {
            return List.of();
        }
        long generation = certificates.generation();
        List<Admitted> owners =
                jdbi.withHandle(handle -> CertificateRow.owners(handle, certificate));
        if (owners.size() == 1) {
            certificates.put(
                    ByteBuffer.wrap(certificate.hash()), owners.getFirst(), LIFETIME, generation);
        }
        return owners;
    }

    /** Something was taken away from somebody. */
    void forget() {
        names.forget((name, answer) -> true);
        tokens.forget((hash, token) -> true);
        signIns.forget((hash, signIn) -> true);
        certificates.forget((hash, operator) -> true);
    }

    /**
     * That there is nobody is remembered too: it must not take longer to find out than otherwise.
     */
    private record Answer(@Nullable KnownOperator operator) {}
}
