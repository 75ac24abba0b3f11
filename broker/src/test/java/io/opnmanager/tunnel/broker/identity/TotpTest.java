package io.opnmanager.tunnel.broker.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {

    private static final byte[] SECRET = "12345678901234567890".getBytes(US_ASCII);

    /** RFC 6238 appendix B has eight digits; the last six are what six digits would be. */
    @ParameterizedTest
    @CsvSource({
        "59, 94287082",
        "1111111109, 07081804",
        "1111111111, 14050471",
        "1234567890, 89005924",
        "2000000000, 69279037",
        "20000000000, 65353130",
    })
    void a_code_is_the_one_of_rfc_6238(long seconds, String eightDigits) {
        assertThat(Totp.code(SECRET, Totp.step(Instant.ofEpochSecond(seconds))))
                .isEqualTo(eightDigits.substring(2));
    }

    /** RFC 4226 appendix D. */
    @ParameterizedTest
    @CsvSource({
        "0, 755224",
        "1, 287082",
        "2, 359152",
        "3, 969429",
        "4, 338314",
        "5, 254676",
        "6, 287922",
        "7, 162583",
        "8, 399871",
        "9, 520489",
    })
    void a_code_is_the_one_of_rfc_4226(long step, String code) {
        assertThat(Totp.code(SECRET, step)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"-2, false", "-1, true", "0, true", "1, true", "2, false"})
    void one_step_of_skew_is_borne_each_way(int skew, boolean borne) {
        Instant now = Instant.ofEpochSecond(1_234_567_890);
        long step = Totp.step(now) + skew;

        assertThat(Totp.match(SECRET, now, Totp.code(SECRET, step)))
                .isEqualTo(borne ? OptionalLong.of(step) : OptionalLong.empty());
    }

    @ParameterizedTest
    @CsvSource({"29, 0", "30, 1", "59, 1", "60, 2"})
    void a_step_is_thirty_seconds_since_the_epoch(long seconds, long step) {
        assertThat(Totp.step(Instant.ofEpochSecond(seconds))).isEqualTo(step);
    }

    @Test
    void what_is_no_code_matches_nothing() {
        Instant now = Instant.ofEpochSecond(59);
        for (String typed : new String[] {"", "28708", "2870820", "287083", "２８７０８２"}) {
            assertThat(Totp.match(SECRET, now, typed)).as(typed).isEmpty();
        }
        assertThat(Totp.match(SECRET, now, "287082")).hasValue(1);
    }

    @Test
    void the_uri_tells_an_authenticator_all_it_has_to_know() {
        assertThat(Totp.uri("ada", SECRET))
                .isEqualTo(
                        "otpauth://totp/OPNManager%20Tunnel:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                                + "&issuer=OPNManager%20Tunnel&algorithm=SHA1&digits=6&period=30");
    }

    /** RFC 4648 §10, without the padding. */
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "f, MY",
        "fo, MZXQ",
        "foo, MZXW6",
        "foob, MZXW6YQ",
        "fooba, MZXW6YTB",
        "foobar, MZXW6YTBOI",
    })
    void base32_is_the_one_of_rfc_4648(String plain, String encoded) {
        assertThat(Base32.encode(plain.getBytes(US_ASCII))).isEqualTo(encoded);
    }
}
