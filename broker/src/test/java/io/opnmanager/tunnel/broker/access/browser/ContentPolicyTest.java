package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentPolicyTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "img-src 'none' | img-src 'none'",
                "script-src * | script-src *",
                "script-src 'none' | script-src 'self'",
                "script-src https://a | script-src https://a 'self'",
                "script-src-elem https://a; script-src 'none' | script-src-elem https://a 'self'; script-src 'none'; worker-src 'self'",
                "default-src https://a; script-src 'self' | default-src https://a; script-src 'self'; connect-src https://a 'self'",
                "DEFAULT-SRC 'none'; default-src * | default-src 'none'; script-src 'self'; connect-src 'self'",
                "worker-src 'none'; script-src 'self' | worker-src 'self'; script-src 'self'",
                "frame-ancestors 'self'; upgrade-insecure-requests | frame-ancestors 'self'; upgrade-insecure-requests"
            })
    void is_opened_as_far_as_the_script_needs_and_no_further(String policy, String opened) {
        assertThat(ContentPolicy.open(List.of(policy)))
                .isEqualTo(new ContentPolicy(List.of(opened), true, null));
    }

    @Test
    void every_policy_counts() {
        ContentPolicy policy =
                ContentPolicy.open(List.of("script-src 'none', img-src *", "script-src 'self'"));

        assertThat(policy.headers())
                .containsExactly("script-src 'self', img-src *", "script-src 'self'");
    }

    @Test
    void two_nonces_that_differ_let_nothing_in() {
        ContentPolicy policy =
                ContentPolicy.open(
                        List.of(
                                "script-src 'strict-dynamic' 'nonce-a'",
                                "script-src 'strict-dynamic' 'nonce-b'"));

        assertThat(policy.runs()).isFalse();
    }

    @Test
    void a_nonce_that_would_break_out_of_its_attribute_is_none() {
        ContentPolicy policy =
                ContentPolicy.open(List.of("script-src 'strict-dynamic' 'nonce-\"><b'"));

        assertThat(policy.runs()).isFalse();
        assertThat(policy.nonce()).isNull();
    }
}
