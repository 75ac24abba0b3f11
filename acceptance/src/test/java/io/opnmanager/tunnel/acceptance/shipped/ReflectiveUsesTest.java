package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * No native compiler is on a build machine, so what one must be told is kept true here: each
 * reflective use of our own code and of the libraries that Quarkus does not look after stands in
 * {@code reflective-uses.txt} with what was done about it.
 */
class ReflectiveUsesTest {

    private static final Path LIST =
            ProjectRoot.path().resolve("acceptance/src/test/resources/reflective-uses.txt");

    /** By file name. What is left has an extension of Quarkus that tells the compiler. */
    private static final Pattern LOOKED_AT =
            Pattern.compile(
                    "(io\\.opnmanager\\.tunnel\\.|broker-|agent-|quickconnect-agent-|tunnelctl-"
                            + "|org\\.apache\\.sshd\\.|org\\.bouncycastle\\.|org\\.mariadb\\.jdbc\\."
                            + "|org\\.jdbi\\.|io\\.leangen\\.geantyref\\.).*");

    @Test
    void every_reflective_use_is_listed_with_what_was_done_about_it() throws IOException {
        Map<String, Path> jars = new HashMap<>();
        for (Shipped program : Shipped.values()) {
            for (Path jar : program.programAndLibraries()) {
                if (LOOKED_AT.matcher(jar.getFileName().toString()).matches()) {
                    jars.put(jar.getFileName().toString(), jar);
                }
            }
        }
        Set<String> found = ReflectiveUses.in(Shipped.classes(List.copyOf(jars.values())));
        List<Listed> listed = listed();

        Set<String> unlisted = new TreeSet<>(found);
        unlisted.removeIf(use -> listed.stream().anyMatch(one -> one.covers(use)));
        assertThat(unlisted)
                .as("reflective uses that no line of %s covers: decide, register, then list", LIST)
                .isEmpty();
        assertThat(listed)
                .as("lines that nothing is found for any more")
                .allSatisfy(one -> assertThat(found).anyMatch(one::covers));
    }

    /** A line of the list; a star stands for any text. */
    private record Listed(String line, Pattern form) {
        boolean covers(String use) {
            return form.matcher(use).matches();
        }
    }

    /** Comments give the reason of the lines below them; a line without one is refused. */
    private static List<Listed> listed() throws IOException {
        List<Listed> all = new ArrayList<>();
        boolean reasoned = false;
        for (String line : Files.readAllLines(LIST)) {
            if (line.isBlank()) {
                reasoned = false;
            } else if (line.startsWith("#")) {
                reasoned = true;
            } else {
                assertThat(reasoned).as("a reason above %s", line).isTrue();
                String form =
                        Pattern.compile("\\*")
                                .splitAsStream(line + " ")
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*"))
                                .replaceFirst(" \\\\E$", "\\\\E");
                all.add(new Listed(line, Pattern.compile(form)));
            }
        }
        return all;
    }
}
