package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

    /** Folders that are on somebody's machine only. The brackets keep this file out of its net. */
    private static final Pattern LOCAL_PATH =
            Pattern.compile(
                    "(?<![\\w.}/*-])/(?:[w]ork|[r]oot|[h]ome/\\w+|[U]sers/\\w+|[t]mp/wt)/[\\w.]");

    private static final Set<String> TEXT =
            Set.of(
                    "md",
                    "java",
                    "sh",
                    "xml",
                    "yaml",
                    "yml",
                    "json",
                    "properties",
                    "sql",
                    "ts",
                    "html",
                    "css",
                    "service",
                    "toml",
                    "config");

    @Test
    void every_link_in_a_document_leads_to_a_file_and_a_heading_that_exist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : Project.files("", name -> name.endsWith(".md"))) {
            Matcher link = LINK.matcher(FENCED.matcher(Project.read(document)).replaceAll(""));
            while (link.find()) {
                String target = link.group(1);
                if (!target.matches("[a-z]+:.*") && !exists(document, target)) {
                    broken.add(Project.root().relativize(document) + " -> " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void no_document_or_source_names_a_folder_of_one_machine() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Project.files("", LinksTest::isText)) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (LOCAL_PATH.matcher(lines.get(i)).find()) {
                    found.add(Project.root().relativize(file) + ":" + (i + 1) + " " + lines.get(i));
                }
            }
        }

        assertThat(found).isEmpty();
    }

    private static boolean isText(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 || TEXT.contains(name.substring(dot + 1));
    }

    private static boolean exists(Path document, String target) {
        String[] parts = target.split("#", 2);
        Path folder = document.getParent();
        Path file =
                parts[0].isEmpty() || folder == null
                        ? document
                        : folder.resolve(parts[0]).normalize();
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1 || anchors(Project.read(file)).contains(parts[1]);
    }

    /** As the usual renderers make them of headings. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new TreeSet<>();
        Matcher heading = HEADING.matcher(FENCED.matcher(text).replaceAll(""));
        while (heading.find()) {
            anchors.add(
                    heading.group(1)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-'));
        }
        return anchors;
    }
}
