package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.RecoveryCodes;
import io.opnmanager.tunnel.contract.operator.SecondFactor;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Second factors: codes of an authenticator, and recovery codes for the day it is lost. Who calls
 * has compared the password before. Every call blocks.
 */
@ApplicationScoped
class SecondFactors {

    private static final int RECOVERY_CODES = 10;

    /** 80 bits: nothing to guess, so their SHA-256 can stand in the database. */
    private static final int RECOVERY_BYTES = 10;

    private static final Pattern SEPARATORS = Pattern.compile("[\\s-]");
    private static final Pattern CODE = Pattern.compile("[0-9]{6}");

    private final Jdbi jdbi;
    private final SecondFactorKey key;
    private final SignInThrottle throttle;
    private final Witness witness;
    private final OperatorRights rights;

    SecondFactors(
            Jdbi jdbi,
            SecondFactorKey key,
            SignInThrottle throttle,
            Witness witness,
            OperatorRights rights) {
        this.jdbi = jdbi;
        this.key = key;
        this.throttle = throttle;
        this.witness = witness;
        this.rights = rights;
    }

    /**
     * Makes a secret that waits 10 minutes for a code of it.
     *
     * @throws Problem {@code second_factor_exists}, {@code second_factor_unavailable}
     */
    SecondFactor ask(Caller.Operator operator) {
        byte[] secret = Secrets.random(Totp.SECRET_BYTES);
        jdbi.useTransaction(handle -> {
            int asked =
                    handle.createUpdate(
                                    """
                                    UPDATE operator SET second_factor_waiting = :sealed,
                                        second_factor_waiting_until = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE
                                    WHERE name = :name AND second_factor IS NULL
                                    """)
                            .bind("name", operator.name())
                            .bind("sealed", key.seal(operator.name(), secret))
                            .execute();
            if (asked == 0) {
                throw exists();
            }
            witness.record(handle, operator, "second-factor.ask", null, null);
        });
        return new SecondFactor(Base32.encode(secret), Totp.uri(operator.name(), secret));
    }

    /**
     * Activates the secret that waits; all other sign-ins end.
     *
     * @throws Problem {@code wrong_code}, {@code no_second_factor}, {@code second_factor_exists},
     *     {@code second_factor_unavailable}, {@code too_many_requests}
     */
    RecoveryCodes activate(Admitted caller, String typed, @Nullable String address) {
        Caller.Operator operator = caller.operator();
        List<String> codes = new ArrayList<>();
        try (SignInThrottle.Attempt attempt = throttle.code(operator.name(), address)) {
            jdbi.useTransaction(handle -> {
                Row row = Row.lock(handle, operator.name());
                if (row.active() != null) {
                    throw exists();
                }
                if (row.waiting() == null) {
                    throw new Problem(
                            ProblemCode.NO_SECOND_FACTOR,
                            "wanted a secret that was asked for within 10 minutes, found none");
                }
                byte[] secret = key.open(operator.name(), row.waiting());
                OptionalLong step = Totp.match(secret, row.now(), plain(typed));
                if (step.isEmpty()) {
                    attempt.wrong();
                    throw wrongCode();
                }
                handle.createUpdate(
                                """
                                UPDATE operator SET second_factor = second_factor_waiting, second_factor_step = :step,
                                    second_factor_waiting = NULL, second_factor_waiting_until = NULL
                                WHERE name = :name
                                """)
                        .bind("name", operator.name())
                        .bind("step", step.getAsLong())
                        .execute();
                codes.addAll(makeRecoveryCodes(handle, operator.name()));
                SignIns.endAllBut(handle, operator.name(), caller.credential().signIn());
                witness.record(handle, operator, "second-factor.add", null, null);
                OperatorRights.count(handle);
            });
        }
        rights.changed();
        return new RecoveryCodes(codes);
    }

    /**
     * Whether a code is right: of the authenticator and not used before, nor one before it, or a
     * recovery code, which is used up.
     *
     * @throws Problem {@code second_factor_unavailable}, {@code too_many_requests}
     */
    boolean takes(Caller.Operator operator, String typed, @Nullable String address) {
        String code = plain(typed);
        try (SignInThrottle.Attempt attempt = throttle.code(operator.name(), address)) {
            boolean right =
                    CODE.matcher(code).matches()
                            ? takesCode(operator.name(), code)
                            : takesRecoveryCode(operator, code);
            if (!right) {
                attempt.wrong();
            }
            return right;
        }
    }

    /**
     * Removes a second factor with its recovery codes; other sign-ins of the operator end.
     *
     * @param stays the number of the sign-in that stays, null for none
     * @throws Problem {@code operator_unknown}, {@code no_second_factor}
     */
    void remove(Caller caller, String operator, @Nullable Long stays) {
        jdbi.useTransaction(handle -> {
            if (Row.lock(handle, operator).active() == null) {
                throw none();
            }
            handle.createUpdate(
                            "UPDATE operator SET second_factor = NULL, second_factor_step = NULL WHERE name = :name")
                    .bind("name", operator)
                    .execute();
            handle.execute("DELETE FROM recovery_code WHERE operator = ?", operator);
            SignIns.endAllBut(handle, operator, stays);
            witness.record(handle, caller, "second-factor.remove", "operator:" + operator, null);
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    static Problem none() {
        return new Problem(ProblemCode.NO_SECOND_FACTOR, "wanted a second factor, found none");
    }

    static Problem wrongCode() {
        return new Problem(
                ProblemCode.WRONG_CODE, "wanted a code of this moment that was not used before");
    }

    private static Problem exists() {
        return new Problem(
                ProblemCode.SECOND_FACTOR_EXISTS,
                "wanted no second factor yet, found one: remove it first");
    }

    private boolean takesCode(String operator, String code) {
        return jdbi.inTransaction(handle -> {
            Row row = Row.lock(handle, operator);
            if (row.active() == null) {
                return false;
            }
            OptionalLong step = Totp.match(key.open(operator, row.active()), row.now(), code);
            if (step.isEmpty()) {
                return false;
            }
            // RFC 6238 §5.2: a code is good for one time.
            return handle.createUpdate(
                                    """
                                    UPDATE operator SET second_factor_step = :step
                                    WHERE name = :name AND (second_factor_step IS NULL OR second_factor_step < :step)
                                    """)
                            .bind("name", operator)
                            .bind("step", step.getAsLong())
                            .execute()
                    == 1;
        });
    }

    private boolean takesRecoveryCode(Caller.Operator operator, String code) {
        return jdbi.inTransaction(handle -> {
            int used =
                    handle.createUpdate(
                                    "DELETE FROM recovery_code WHERE operator = :operator AND code_hash = :hash")
                            .bind("operator", operator.name())
                            .bind("hash", recoveryHash(operator.name(), code))
                            .execute();
            if (used == 0) {
                return false;
            }
            int left =
                    handle.createQuery(
                                    "SELECT COUNT(*) FROM recovery_code WHERE operator = :operator")
                            .bind("operator", operator.name())
                            .mapTo(Integer.class)
                            .one();
            witness.record(handle, operator, "recovery-code.use", null, left + " are left");
            return true;
        });
    }

    private static List<String> makeRecoveryCodes(Handle handle, String operator) {
        List<String> codes = new ArrayList<>();
        handle.execute("DELETE FROM recovery_code WHERE operator = ?", operator);
        for (int i = 0; i < RECOVERY_CODES; i++) {
            String code = Base32.encode(Secrets.random(RECOVERY_BYTES)).toLowerCase(Locale.ROOT);
            handle.createUpdate(
                            "INSERT INTO recovery_code (operator, code_hash) VALUES (:operator, :hash)")
                    .bind("operator", operator)
                    .bind("hash", recoveryHash(operator, code))
                    .execute();
            codes.add(String.join("-", code.split("(?<=\\G.{4})")));
        }
        return codes;
    }

    private static byte[] recoveryHash(String operator, String code) {
        return Secrets.hash("recovery:" + operator + ":" + code);
    }

    /** As people type it: with blanks and dashes, and in capitals. */
    private static String plain(String typed) {
        return SEPARATORS.matcher(typed).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /**
     * What an operator's row says.
     *
     * @param active the encrypted secret, null when there is none
     * @param waiting the one that waits for a code and is in time, null when there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    private record Row(byte @Nullable [] active, byte @Nullable [] waiting, Instant now) {

        static Row lock(Handle handle, String operator) {
            return handle.createQuery(
                            """
                            SELECT second_factor, IF(second_factor_waiting_until > UTC_TIMESTAMP(6), second_factor_waiting, NULL)
                                AS waiting, UTC_TIMESTAMP(6) AS now
                            FROM operator WHERE name = :name FOR UPDATE
                            """)
                    .bind("name", operator)
                    .map((row, context) -> read(row))
                    .findOne()
                    .orElseThrow(Operators::unknown);
        }

        private static Row read(ResultSet row) throws SQLException {
            return new Row(
                    row.getBytes("second_factor"),
                    row.getBytes("waiting"),
                    UtcTime.read(row, "now"));
        }
    }
}
