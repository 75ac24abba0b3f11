package io.opnmanager.tunnel.acceptance;

import java.nio.file.Path;
import java.util.Locale;

/**
 * One key.
 *
 * @param name as in a file of properties
 * @param type in a person's words
 * @param byDefault what it is when it is not set, empty for none
 * @param meaning its comment as Markdown, empty when it has none
 * @param source the file that has it
 */
record ConfigurationKey(String name, String type, String byDefault, String meaning, Path source) {

    /** As MicroProfile Config looks for it: whatever is no letter or digit is an underscore. */
    String variable() {
        return name.replaceAll("[<>]", "").replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    String row() {
        return "| `%s`<br>`%s` | %s | %s | %s |\n"
                .formatted(
                        name,
                        variable(),
                        type,
                        byDefault.isEmpty() ? "-" : "`" + byDefault + "`",
                        meaning.replace("|", "\\|"));
    }
}
