package io.opnmanager.tunnel.packages;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ManualPageTest {

    @Command(
            name = "example",
            description = "Does something; and more.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExit codes:%n",
            footer = {"  0  done"})
    static final class Example {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "kim",
                description = "Who (${DEFAULT-VALUE}).")
        @Nullable String name;
    }

    @Test
    void options_defaults_and_exit_codes_are_those_of_the_command() {
        String page = ManualPage.of("example", Example.class, "1.2.3", "2026-11-01", "");

        assertThat(page)
                .startsWith(".TH EXAMPLE 1 \"2026-11-01\" \"OPNManager Tunnel 1.2.3\"")
                .contains("example \\- does something\n")
                .contains("\\fB\\-\\-name\\fR=\\fINAME\\fR\nWho (kim).\n")
                .contains(".SH \"EXIT CODES\"\n.nf\n  0  done\n.fi\n");
    }

    @Test
    void a_snapshot_is_older_than_its_release() {
        assertThat(Packages.debianVersion("0.1.0-SNAPSHOT")).isEqualTo("0.1.0~snapshot");
        assertThat(Packages.debianVersion("0.1.0")).isEqualTo("0.1.0");
    }
}
