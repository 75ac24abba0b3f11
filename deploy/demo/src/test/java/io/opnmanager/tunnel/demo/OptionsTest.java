package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void without_a_word_it_stays_in_the_folder_of_the_project() {
        assertThat(Options.of())
                .isEqualTo(
                        new Options(
                                Options.Mode.STAY,
                                ProjectRoot.path().resolve(".demo"),
                                2,
                                5,
                                false));
    }

    @Test
    void every_option_is_understood() {
        assertThat(Options.of("--once", "--repeat", "20", "--output", "json", "--folder", "/x"))
                .isEqualTo(new Options(Options.Mode.ONCE, Path.of("/x"), 1, 20, true));
        assertThat(Options.of("--once", "--firewalls", "3").firewalls()).isEqualTo(3);
        assertThat(Options.of("--dev").mode()).isEqualTo(Options.Mode.DEVELOP);
        assertThat(Options.of("-h").mode()).isEqualTo(Options.Mode.HELP);
    }

    @Test
    void a_wrong_one_is_refused_with_a_sentence() {
        assertThatThrownBy(() -> Options.of("--twice")).hasMessage("unknown option --twice");
        assertThatThrownBy(() -> Options.of("--folder")).hasMessage("--folder wants a value");
        assertThatThrownBy(() -> Options.of("--repeat", "0"))
                .hasMessage("--repeat wants a number from 1 to 1000, found 0");
        assertThatThrownBy(() -> Options.of("--firewalls", "10"))
                .hasMessage("--firewalls wants a number from 1 to 9, found 10");
        assertThatThrownBy(() -> Options.of("--output", "xml"))
                .hasMessage("--output wants json or text, found xml");
    }
}
