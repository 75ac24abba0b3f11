package io.opnmanager.tunnel.tunnelctl.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HomeTest {

    private static final Path PERSON = Path.of("/people/kim");
    private static final Home.SignIn SIGN_IN =
            new Home.SignIn(
                    "https://broker.test",
                    "/etc/ca.pem",
                    "kim",
                    "opt_secret",
                    7L,
                    Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it.
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "Linux, /people/kim/.config/opnmanager-tunnel/default",
        "Mac OS X, /people/kim/Library/Application Support/opnmanager-tunnel/default",
        "Windows 11, /people/kim/AppData/Roaming/opnmanager-tunnel/default"
    })
    void it_is_where_the_platform_expects_it(String system, String expected) {
        assertThat(Home.of(Map.of(), system, PERSON, "default").folder())
                .isEqualTo(Path.of(expected));
    }

    @Test
    void the_environment_may_say_otherwise() {
        assertThat(Home.of(Map.of("XDG_CONFIG_HOME", "/x"), "Linux", PERSON, "a").folder())
                .isEqualTo(Path.of("/x/opnmanager-tunnel/a"));
        assertThat(Home.of(Map.of("TUNNELCTL_HOME", "/y"), "Linux", PERSON, "a").folder())
                .isEqualTo(Path.of("/y/a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../x", "a/b", "-a"})
    void a_profile_leads_nowhere_else(String profile) {
        assertThatThrownBy(() -> Home.of(Map.of(), "Linux", PERSON, profile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--profile: wanted letters");
    }

    @Test
    void a_sign_in_is_kept_for_its_owner_alone() throws IOException {
        Home home = new Home(folder.resolve("a/b"));
        home.keep(SIGN_IN);

        assertThat(home.signIn()).contains(SIGN_IN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.folder())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(home.folder())) {
            assertThat(files.toList())
                    .singleElement()
                    .satisfies(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void what_others_can_read_is_refused(String permissions) throws IOException {
        Home home = new Home(folder);
        home.keep(SIGN_IN);
        Files.setPosixFilePermissions(
                folder.resolve("sign-in.json"), PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(home::signIn)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "wanted a file that only you can read (0600), found " + permissions);
    }

    @Test
    void a_damaged_one_is_said_without_showing_it() throws IOException {
        Home home = new Home(folder);
        home.replace(
                folder.resolve("sign-in.json"),
                "{\"token\": \"opt_secret\", ".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThatThrownBy(home::signIn)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sign in again")
                .hasMessageNotContaining("opt_secret")
                .hasNoCause();
    }

    @Test
    void a_token_is_in_no_text() {
        assertThat(SIGN_IN.toString()).doesNotContain("opt_secret");
    }
}
