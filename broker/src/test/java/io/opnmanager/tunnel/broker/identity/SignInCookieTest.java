package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInCookieTest {

    private static final String GOOD = SignInCookie.newValue();
    private static final String PAIR = SignInCookie.NAME + "=" + GOOD;

    @Test
    void a_cookie_is_for_this_host_alone_over_tls_and_out_of_reach_of_scripts() {
        assertThat(SignInCookie.set(GOOD))
                .isEqualTo(PAIR + "; Path=/; Secure; HttpOnly; SameSite=Strict");
        assertThat(SignInCookie.expire())
                .isEqualTo(
                        "__Host-opnmanager-sign-in=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    }

    @Test
    void a_new_value_has_256_bits_and_is_never_the_same() {
        assertThat(GOOD).matches("ops_[A-Za-z0-9_-]{43}").isNotEqualTo(SignInCookie.newValue());
    }

    @Test
    void one_of_the_right_form_is_found_among_others() {
        for (List<String> headers :
                List.of(
                        List.of(PAIR),
                        List.of("PHPSESSID=1; " + PAIR + "; theme=dark"),
                        List.of("PHPSESSID=1", PAIR),
                        List.of("a=b;" + PAIR))) {
            assertThat(SignInCookie.read(headers))
                    .as("%s", headers)
                    .isInstanceOfSatisfying(
                            SignInCookie.Value.class,
                            value -> assertThat(value.hash()).isEqualTo(Secrets.hash(GOOD)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PHPSESSID=1",
                "__host-opnmanager-sign-in=ops_x",
                "opnmanager-sign-in=ops_x",
                "x__Host-opnmanager-sign-in=ops_x",
            })
    void another_name_is_no_sign_in(String header) {
        assertThat(SignInCookie.read(List.of(header))).isInstanceOf(SignInCookie.Absent.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "=",
                "=ops_x",
                "=opo_0123456789012345678901234567890123456789012",
                "=ops_0123456789012345678901234567890123456789012x",
                "=\"ops_0123456789012345678901234567890123456789012\"",
                "=ops_01234567890123456789012345678901234567890%32",
                "=ops_0123456789012345678901234567890123456789012, x=y",
            })
    void one_that_no_broker_made_is_unreadable(String rest) {
        assertThat(SignInCookie.read(List.of(SignInCookie.NAME + rest)))
                .isInstanceOf(SignInCookie.Unreadable.class);
    }

    @Test
    void two_are_unreadable_even_when_they_are_equal() {
        for (List<String> headers :
                List.of(
                        List.of(PAIR + "; " + PAIR),
                        List.of(PAIR, PAIR),
                        List.of(PAIR, SignInCookie.NAME + "=x"),
                        List.of(SignInCookie.NAME + "=; " + PAIR))) {
            assertThat(SignInCookie.read(headers))
                    .as("%s", headers)
                    .isInstanceOf(SignInCookie.Unreadable.class);
        }
    }
}
