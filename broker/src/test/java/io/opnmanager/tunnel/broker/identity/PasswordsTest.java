package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {

    private final Passwords passwords = new Passwords();

    @AfterEach
    void stop() {
        passwords.stop();
    }

    @Test
    void a_password_matches_its_hash_and_no_other() {
        String hash = passwords.hash("correct horse battery staple");
        assertThat(hash)
                .matches(
                        "\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
        assertThat(passwords.matches("correct horse battery staple", hash)).isTrue();
        assertThat(passwords.matches("correct horse battery stapl", hash)).isFalse();
    }

    @Test
    void the_same_password_hashes_differently_each_time() {
        assertThat(passwords.hash("a")).isNotEqualTo(passwords.hash("a"));
    }

    @Test
    void the_costs_are_taken_from_the_hash() {
        String hash = passwords.hash("a");
        assertThat(passwords.matches("a", hash.replace("t=2", "t=3"))).isFalse();
    }

    @Test
    void nobody_has_no_password() {
        assertThat(passwords.matches("", null)).isFalse();
    }

    @Test
    void something_that_is_no_hash_is_a_fault_and_not_repeated() {
        assertThatThrownBy(() -> passwords.matches("a", "plain-secret"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "wanted an Argon2id hash in the PHC string format, found something else");
    }
}
