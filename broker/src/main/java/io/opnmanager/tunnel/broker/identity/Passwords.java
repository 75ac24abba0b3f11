package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords with Argon2id, written in the PHC string format. Two at once on threads of their
 * own, so that a flood of sign-ins costs at most 38 MiB and never the threads that serve others.
 */
@ApplicationScoped
class Passwords {

    /** OWASP Password Storage Cheat Sheet, Argon2id: m=19456 (19 MiB), t=2, p=1. */
    private static final int MEMORY_KIB = 19_456;

    private static final int ITERATIONS = 2;
    private static final int LANES = 1;

    /** RFC 9106 §4: 128-bit salt, 256-bit tag. */
    private static final int SALT_BYTES = 16;

    private static final int TAG_BYTES = 32;

    private static final int AT_ONCE = 2;
    private static final int WAITING = 64;

    private static final Pattern PHC =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=([0-9]{1,6}),t=([0-9]{1,2}),p=([0-9])\\$([A-Za-z0-9+/]{22,86})\\$([A-Za-z0-9+/]{43,86})");

    private final ThreadPoolExecutor hashing =
            new ThreadPoolExecutor(
                    AT_ONCE,
                    AT_ONCE,
                    1,
                    TimeUnit.MINUTES,
                    new ArrayBlockingQueue<>(WAITING),
                    Thread.ofPlatform().name("passwords-", 0).daemon().factory());

    /** What an unknown name is compared with: random, so no password is known to have it. */
    private final String nobody = phc(Secrets.random(SALT_BYTES), Secrets.random(TAG_BYTES));

    Passwords() {
        hashing.allowCoreThreadTimeOut(true);
    }

    /**
     * The PHC string of a new password. Blocks for some 20 ms and more when others are before.
     *
     * @throws Problem {@code too_many_requests} when too many are before
     */
    String hash(String password) {
        byte[] salt = Secrets.random(SALT_BYTES);
        return phc(salt, run(() -> tag(password, salt, MEMORY_KIB, ITERATIONS, LANES, TAG_BYTES)));
    }

    private static String phc(byte[] salt, byte[] tag) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        MEMORY_KIB,
                        ITERATIONS,
                        LANES,
                        base64.encodeToString(salt),
                        base64.encodeToString(tag));
    }

    /**
     * Whether it is the password; without a hash it takes as long and is false.
     *
     * @throws Problem {@code too_many_requests} when too many are before
     */
    boolean matches(String password, @Nullable String hash) {
        Matcher phc = PHC.matcher(hash == null ? nobody : hash);
        if (!phc.matches()) {
            throw new IllegalStateException(
                    "wanted an Argon2id hash in the PHC string format, found something else");
        }
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] salt = base64.decode(phc.group(4));
        byte[] wanted = base64.decode(phc.group(5));
        int memory = Integer.parseInt(phc.group(1));
        int iterations = Integer.parseInt(phc.group(2));
        int lanes = Integer.parseInt(phc.group(3));
        byte[] found = run(() -> tag(password, salt, memory, iterations, lanes, wanted.length));
        return MessageDigest.isEqual(wanted, found) && hash != null;
    }

    @PreDestroy
    void stop() {
        hashing.shutdownNow();
    }

    private byte[] run(Callable<byte[]> work) {
        try {
            return hashing.submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "too many are signing in at this moment",
                    Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a password was hashed", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a password could not be hashed", e);
        }
    }

    private static byte[] tag(
            String password, byte[] salt, int memory, int iterations, int lanes, int bytes) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(memory)
                        .withIterations(iterations)
                        .withParallelism(lanes)
                        .withSalt(salt)
                        .build());
        byte[] tag = new byte[bytes];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), tag);
        return tag;
    }
}
