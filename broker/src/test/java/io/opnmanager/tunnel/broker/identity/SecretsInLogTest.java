package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.cookie;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.page;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static io.opnmanager.tunnel.broker.identity.Console.trySignIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** Every kind of secret goes by, right and wrong, while the broker tells as much as it can. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SecretsInLogTest {

    private static final String WRONG_PASSWORD = "a password that was never right";
    private static final String WRONG_TOKEN = "opo_" + "x".repeat(43);
    private static final String WRONG_COOKIE = "ops_" + "y".repeat(43);

    @Inject Jdbi jdbi;

    @Test
    void none_is_in_any_line_of_it() throws Exception {
        String name = operator("operator");
        Logger everything = Logger.getLogger("");
        Logger ours = Logger.getLogger("io.opnmanager");
        Lines lines = new Lines();
        everything.addHandler(lines);
        ours.setLevel(Level.ALL);
        try {
            trySignIn(name, WRONG_PASSWORD, null).then().statusCode(401);
            basic(name, WRONG_PASSWORD).get(SIGN_IN).then().statusCode(401);
            bearer(WRONG_TOKEN).get(SIGN_IN).then().statusCode(401);
            page(WRONG_COOKIE).get(SIGN_IN).then().statusCode(401);
            String cookie = signIn(name);
            String token =
                    page(cookie)
                            .body("{\"name\": \"script\"}")
                            .post("/api/v1/tokens")
                            .then()
                            .statusCode(201)
                            .extract()
                            .path("token");
            bearer(token).get(SIGN_IN).then().statusCode(200);
            Authenticator phone = Authenticator.of(cookie);
            String withCode = cookie(trySignIn(name, PASSWORD, phone.code(0)));
            String recovery = phone.recoveryCodes.getFirst();
            String withRecovery = cookie(trySignIn(name, PASSWORD, recovery));
            jdbi.useHandle(handle ->
                    handle.execute("UPDATE operator SET second_factor = 'x' WHERE name = ?", name));
            trySignIn(name, PASSWORD, phone.code(1))
                    .then()
                    .statusCode(503)
                    .body("code", equalTo("second_factor_unavailable"));

            assertThat(lines.written)
                    .anyMatch(line -> line.contains("could not be decrypted: operator=" + name));
            for (String secret :
                    List.of(
                            PASSWORD,
                            WRONG_PASSWORD,
                            token,
                            WRONG_TOKEN,
                            cookie,
                            withCode,
                            withRecovery,
                            WRONG_COOKIE,
                            recovery,
                            recovery.replace("-", ""),
                            phone.secret())) {
                assertThat(lines.written).noneMatch(line -> line.contains(secret));
            }
        } finally {
            everything.removeHandler(lines);
            ours.setLevel(null);
        }
    }

    /** Keeps every line, with the stack traces. */
    private static final class Lines extends Handler {

        final Queue<String> written = new ConcurrentLinkedQueue<>();

        Lines() {
            setFormatter(new PatternFormatter("%c %s%e"));
        }

        @Override
        public void publish(LogRecord line) {
            written.add(getFormatter().format(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
