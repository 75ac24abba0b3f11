package io.opnmanager.tunnel.broker.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.demo.SignedRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a folder has to be like to be believed. */
class ReleaseCheckTest {

    private static final String INSTALLER = "#!/bin/sh\necho installed\n";

    @TempDir Path temporary = Path.of("");

    private Path folder = Path.of("");
    private SignedRelease made;

    @BeforeEach
    void publish() throws IOException {
        folder = temporary.resolve("release");
        made =
                SignedRelease.in(folder)
                        .publish(
                                "1.2.3",
                                Map.of(
                                        "installer any install.sh",
                                        INSTALLER,
                                        "sh-agent any opnmanager-agent",
                                        "agent"));
    }

    private Release read() throws ReleaseRefused {
        return ReleaseCheck.read(folder, made.keySha256());
    }

    private void assertRefused(String because) {
        assertThatThrownBy(this::read).isInstanceOf(ReleaseRefused.class).hasMessage(because);
    }

    @Test
    void a_signed_folder_is_read_and_its_list_is_served_too() throws Exception {
        Release release = read();

        assertThat(release.version().text()).isEqualTo("1.2.3");
        assertThat(release.files())
                .containsOnlyKeys(
                        "install.sh",
                        "opnmanager-agent",
                        "release.txt",
                        "release.txt.sig",
                        "release-key.pem");
        assertThat(release.first(Release.INSTALLER))
                .contains(
                        new Release.File(
                                "installer",
                                "install.sh",
                                INSTALLER.length(),
                                SignedRelease.sha256(INSTALLER.getBytes(UTF_8))));
        assertThat(release.has(Release.PACKAGE)).isFalse();
    }

    @Test
    void one_changed_byte_in_a_file_is_refused() throws Exception {
        Files.writeString(folder.resolve("install.sh"), INSTALLER.replace('d', 'D'));

        assertRefused("install.sh: has another checksum than in the list");
    }

    @Test
    void a_file_that_is_too_short_is_refused() throws Exception {
        Files.writeString(folder.resolve("install.sh"), "#!/bin/sh\n");

        assertRefused("install.sh: wanted 25 bytes, found 10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"install.sh", "release.txt", "release.txt.sig", "release-key.pem"})
    void a_file_that_is_missing_is_refused(String name) throws Exception {
        Files.delete(folder.resolve(name));

        assertRefused(name + ": is not there");
    }

    @Test
    void a_link_is_refused_even_to_the_right_content() throws Exception {
        Path file = folder.resolve("install.sh");
        Path elsewhere = Files.move(file, temporary.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);

        assertRefused("install.sh: wanted a plain file, found something else");
    }

    @Test
    void a_list_that_was_changed_after_it_was_signed_is_refused() throws Exception {
        Path list = folder.resolve("release.txt");
        Files.writeString(list, Files.readString(list).replace("1.2.3", "1.2.4"));

        assertRefused("release.txt.sig: is no signature of this release.txt by this key");
    }

    @Test
    void a_release_of_another_key_is_refused_whatever_it_is_signed_with() throws Exception {
        String believed = made.keySha256();
        Path other = temporary.resolve("other");
        var _ = SignedRelease.in(other).publish("9.9.9", Map.of("installer any install.sh", "x"));

        assertThatThrownBy(() -> ReleaseCheck.read(other, believed))
                .isInstanceOf(ReleaseRefused.class)
                .hasMessage(
                        "release-key.pem: wanted the key with the SHA-256 of opnmanager.release.key-sha256, found another");
    }

    @Test
    void a_signature_that_is_none_is_refused() throws Exception {
        Files.writeString(folder.resolve("release.txt.sig"), "no DER");

        assertRefused(
                "release.txt.sig: wanted a signature in DER by the key of release-key.pem, a P-256 key in PEM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file installer any ../install.sh 25 HASH",
                "file installer any /etc/passwd 25 HASH",
                "file installer any .hidden 25 HASH",
                "file installer any a/b 25 HASH",
                "file installer any install.sh -1 HASH",
                "file installer any install.sh 25 ABC",
                "file installer any install.sh 25 HASH more",
                "something else",
            })
    void a_line_of_any_other_form_is_refused(String line) throws Exception {
        var _ =
                made.sign(
                        "opnmanager-release 1\nversion 1.2.3\n"
                                + line.replace("HASH", "0".repeat(64))
                                + "\n");

        assertRefused("release.txt, line 3: wanted 'file kind architecture name size sha256'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"release-key.pem", "release.txt"})
    void a_list_cannot_name_what_it_is_checked_with(String name) throws Exception {
        var _ =
                made.sign(
                        "opnmanager-release 1\nversion 1.2.3\nfile installer any %s 1 %s\n"
                                .formatted(name, "0".repeat(64)));

        assertRefused("release.txt, line 3: wanted each name once and at most 64");
    }

    @Test
    void another_format_is_refused() throws Exception {
        var _ = made.sign("opnmanager-release 2\nversion 1.2.3\n");
        assertRefused("release.txt: wanted 'opnmanager-release 1' as its first line");

        var _ = made.sign("opnmanager-release 1\nversion $(id)\n");
        assertRefused(
                "release.txt: wanted 'version' with a version such as 1.2.3 as its second line");
    }

    @ParameterizedTest
    @CsvSource({
        "0.1.0, 0.2.0",
        "0.9.0, 0.10.0",
        "1.2.3-SNAPSHOT, 1.2.3",
        "1.2.3~snapshot, 1.2.3",
        "1.2.3-rc.1, 1.2.3-rc.2",
        "1.2.3, 2.0.0-alpha"
    })
    void versions_are_compared_by_number_and_a_word_comes_before(String older, String newer) {
        assertThat(ReleaseVersion.of(older)).isLessThan(ReleaseVersion.of(newer));
        assertThat(ReleaseVersion.of(newer)).isGreaterThan(ReleaseVersion.of(older));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "1.2.3.4",
                "v1.2.3",
                "1.2.3 ",
                "1.2.3-",
                "9999999.0.0",
                "1.2.3;id"
            })
    void what_is_no_version_is_none(String text) {
        assertThat(ReleaseVersion.of(text)).isNull();
    }

    @Test
    void each_version_has_other_firewalls_first_and_as_many_in_each_slot() {
        String one = "1.2.3";
        String two = "1.2.4";
        int[] firewalls = new int[100];
        int same = 0;
        for (long firewall = 1; firewall <= 20_000; firewall++) {
            int slot = Slot.of(firewall, one);
            firewalls[slot]++;
            same += slot == Slot.of(firewall, two) ? 1 : 0;
        }

        assertThat(java.util.Arrays.stream(firewalls))
                .allMatch(count -> count > 140 && count < 260);
        assertThat(same).isBetween(120, 280);
        assertThat(Slot.of(21, one)).isEqualTo(Slot.of(21, one)).isBetween(0, 99);
    }
}
