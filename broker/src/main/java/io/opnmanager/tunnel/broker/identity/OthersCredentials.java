package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;

/** What an administrator does with the credentials of other operators. Every call blocks. */
@ApplicationScoped
class OthersCredentials {

    private final PasswordChanges passwords;
    private final SecondFactors secondFactors;
    private final SignIns signIns;
    private final OperatorTokens tokens;

    OthersCredentials(
            PasswordChanges passwords,
            SecondFactors secondFactors,
            SignIns signIns,
            OperatorTokens tokens) {
        this.passwords = passwords;
        this.secondFactors = secondFactors;
        this.signIns = signIns;
        this.tokens = tokens;
    }

    /**
     * Gives another one a password; their sign-ins end.
     *
     * @throws Problem {@code not_allowed}, {@code operator_unknown}
     */
    void resetPassword(Caller.Operator administrator, String operator, String password) {
        refuseOwn(administrator, operator);
        passwords.reset(administrator, operator, password);
    }

    /**
     * Removes another one's second factor; their sign-ins end.
     *
     * @throws Problem {@code not_allowed}, {@code operator_unknown}, {@code no_second_factor}
     */
    void removeSecondFactor(Caller.Operator administrator, String operator) {
        refuseOwn(administrator, operator);
        secondFactors.remove(administrator, operator, null);
    }

    /**
     * Ends all sign-ins.
     *
     * @throws Problem {@code operator_unknown}
     */
    void signOut(Caller.Operator administrator, String operator) {
        signIns.endAll(administrator, operator);
    }

    /**
     * Revokes all tokens.
     *
     * @throws Problem {@code operator_unknown}
     */
    void revokeTokens(Caller.Operator administrator, String operator) {
        tokens.revokeAll(administrator, operator);
    }

    /** For oneself the own password and a code are asked for, elsewhere. */
    private static void refuseOwn(Caller.Operator administrator, String operator) {
        if (administrator.name().equals(operator)) {
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "wanted another operator; for yourself it is below /api/v1/sign-in");
        }
    }
}
