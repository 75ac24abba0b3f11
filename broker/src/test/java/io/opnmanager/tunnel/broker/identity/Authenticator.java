package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.page;

import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import org.apache.commons.codec.binary.Base32;

/** An app on a telephone, which reads the secret as it is shown. */
final class Authenticator {

    private final byte[] secret;
    private final long step;

    /** Of the ten of the activation. */
    final List<String> recoveryCodes;

    private Authenticator(byte[] secret, long step, List<String> recoveryCodes) {
        this.secret = secret;
        this.step = step;
        this.recoveryCodes = recoveryCodes;
    }

    /**
     * Gives an operator a second factor, activated with the code of the step before this one, so
     * that two more steps are good for codes.
     */
    static Authenticator of(String cookie) throws InterruptedException {
        byte[] secret = new Base32().decode(asked(cookie).<String>path("secret"));
        long step = step();
        List<String> codes =
                page(cookie)
                        .body("{\"code\": \"" + Totp.code(secret, step - 1) + "\"}")
                        .put(SIGN_IN + "/second-factor")
                        .then()
                        .statusCode(200)
                        .extract()
                        .path("codes");
        return new Authenticator(secret, step, codes);
    }

    /** The answer with the secret. */
    static Response asked(String cookie) {
        return page(cookie)
                .body("{\"password\": \"" + PASSWORD + "\"}")
                .post(SIGN_IN + "/second-factor")
                .then()
                .statusCode(200)
                .extract()
                .response();
    }

    /** What it was shown, in letters. */
    String secret() {
        return new Base32().encodeToString(secret);
    }

    /** The code of the step in which this was made, and of others. */
    String code(int later) {
        return Totp.code(secret, step + later);
    }

    /** One of the right form that is none of these minutes. */
    String wrongCode() {
        for (int code = 0; ; code++) {
            String text = "%06d".formatted(code);
            boolean near = false;
            for (int later = -10; later <= 10; later++) {
                near |= code(later).equals(text);
            }
            if (!near) {
                return text;
            }
        }
    }

    /** The step of this moment, which lasts for at least 10 s more. */
    static long step() throws InterruptedException {
        long second = Instant.now().getEpochSecond() % 30;
        if (second > 20) {
            Thread.sleep((31 - second) * 1_000);
        }
        return Totp.step(Instant.now());
    }
}
