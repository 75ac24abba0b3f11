package io.opnmanager.tunnel.broker.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

    private static final Path ROUTES = Path.of("src/main/resources/web/app/shell/routes.ts");
    private static final Pattern ROUTE =
            Pattern.compile("^ *path: /\\^(.+)\\$/,$", Pattern.MULTILINE);

    @Test
    void they_are_the_pages_that_the_console_knows() throws Exception {
        assertThat(ROUTE.matcher(Files.readString(ROUTES)).results())
                .extracting(route -> route.group(1).replace("\\/", "/"))
                .containsExactlyInAnyOrderElementsOf(Pages.PATTERNS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/firewalls/21", "/connect", "/sign-in"})
    void a_page_is_one(String path) {
        assertThat(Pages.has(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//",
                "/firewalls",
                "/firewalls/",
                "/firewalls/x",
                "/firewalls/1/x",
                "/firewalls/1234567890123456789",
                "/nodes/",
                "/nodes;x",
                "/Nodes",
                "/api/v1/nodes",
                "/q/health"
            })
    void anything_else_is_none(String path) {
        assertThat(Pages.has(path)).isFalse();
    }
}
