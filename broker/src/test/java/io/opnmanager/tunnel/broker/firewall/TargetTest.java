package io.opnmanager.tunnel.broker.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "https://localhost:443, https://localhost:443",
        "HTTPS://LocalHost:443, https://localhost:443",
        "http://192.168.1.1:80, http://192.168.1.1:80",
        "ssh, ssh://localhost:22",
        "ssh://fw.example:2222, ssh://fw.example:2222",
        "db.example:3306, tcp://db.example:3306",
        "tcp://127.0.0.1:1, tcp://localhost:1",
        "[::1]:65535, tcp://localhost:65535",
        "https://[0:0:0:0:0:0:0:1]:443, https://localhost:443",
        "https://[::ffff:127.0.0.1]:443, https://localhost:443",
        "https://[FD00:0:0:1::10]:443, https://[fd00:0:0:1::10]:443",
        "https://[2001:db8:0:0:1:0:0:1]:443, https://[2001:db8::1:0:0:1]:443",
        "https://[fd00:1:2:3:4:5:0:6]:443, https://[fd00:1:2:3:4:5:0:6]:443",
        "https://[::ffff:10.0.0.1]:443, https://10.0.0.1:443",
        "under_score-1.example:22, tcp://under_score-1.example:22",
    })
    void there_is_one_way_to_write_each_target(String written, String canonical) {
        assertThat(Target.parse(written)).hasToString(canonical);
        assertThat(Target.parse(canonical)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "https://",
                "https://localhost",
                "localhost",
                "SSH",
                "https://localhost:0",
                "https://localhost:65536",
                "https://localhost:99999",
                "https://localhost:0443",
                "https://localhost:+443",
                "https://localhost:-1",
                "https://localhost:443/",
                "https://localhost:443/path",
                "https://localhost:443?query",
                "https://localhost:443#part",
                "https://user@localhost:443",
                "https://user:password@localhost:443",
                "ftp://localhost:21",
                "javascript://localhost:443",
                "file:///etc/passwd",
                "https://169.254.169.254:80",
                "https://[fe80::1]:443",
                "https://[fe80::1%25eth0]:443",
                "https://[::ffff:169.254.169.254]:80",
                "https://224.0.0.1:443",
                "https://[ff02::1]:443",
                "https://0.0.0.0:443",
                "https://0.1.2.3:443",
                "https://255.255.255.255:443",
                "https://[::]:443",
                "https://::1:443",
                "https://fd00::1:443",
                "https://[10.0.0.1]:443",
                "https://[:::]:443",
                "https://2130706433:443",
                "https://127.1:443",
                "https://0x7f.0.0.1:443",
                "https://0177.0.0.1:443",
                "https://256.1.1.1:443",
                "https://1.2.3.4.5:443",
                "https://-a.example:443",
                "https://a..example:443",
                "https://a.example.:443",
                "https://a b:443",
                "https://a\u0000b:443",
                "https://a\r\nb:443",
                "https://b\u00fccher.example:443",
                " https://localhost:443",
                "https://localhost:443 ",
                "https://localhost:443\n",
            })
    void anything_else_is_refused(String written) {
        assertThatThrownBy(() -> Target.parse(written))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.TARGET_REFUSED))
                .hasMessageContaining("wanted")
                .message()
                .doesNotContainPattern("\\p{Cntrl}");
    }

    @ParameterizedTest
    @ValueSource(ints = {254, 300, 100_000})
    void an_over_long_one_is_refused_without_repeating_it(int length) {
        String written = "a".repeat(length) + ":443";
        assertThatThrownBy(() -> Target.parse(written))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.TARGET_REFUSED))
                .message()
                .hasSizeLessThan(250);
    }

    @ParameterizedTest
    @CsvSource({"gopher, localhost, 70", "https, 169.254.1.1, 443", "https, localhost, 0"})
    void a_target_that_was_not_parsed_is_checked_as_well(String scheme, String host, int port) {
        assertThatThrownBy(() -> new Target(scheme, host, port))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code()).isEqualTo(ProblemCode.TARGET_REFUSED));
    }
}
