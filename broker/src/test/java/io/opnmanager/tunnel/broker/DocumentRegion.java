package io.opnmanager.tunnel.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The part of a document between {@code <!-- name: begin -->} and {@code <!-- name: end -->}, which
 * the code prints. {@code -Ddocs.write=true} writes it instead of comparing.
 */
public final class DocumentRegion {

    private final Path file;
    private final String begin;
    private final String end;

    /**
     * @param document its path from the root of the project
     */
    public DocumentRegion(String document, String name) {
        // Surefire's working folder is the module's.
        this.file = Path.of(System.getProperty("project.root", "..")).resolve(document);
        this.begin = "<!-- " + name + ": begin -->\n";
        this.end = "<!-- " + name + ": end -->\n";
    }

    /** The document says what was printed; run again with the switch when it does not. */
    public void says(String printed) throws IOException {
        String text = Files.readString(file);
        assertThat(text).as("%s has the region", file).contains(begin).contains(end);
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(end, from);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(file, text.substring(0, from) + printed + text.substring(to));
            return;
        }
        assertThat(text.substring(from, to))
                .as("%s, written again by -Ddocs.write=true", file)
                .isEqualTo(printed);
    }
}
