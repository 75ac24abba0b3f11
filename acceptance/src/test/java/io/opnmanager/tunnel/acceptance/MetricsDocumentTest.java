package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/metrics.md} and the {@code *Metrics} classes say the same: name as Prometheus reads
 * it, type and tags. With {@code -Ddocs.write=true} the table is written again; a row that was
 * there keeps its meaning, a new one gets the description of the code.
 */
class MetricsDocumentTest {

    private static final String DOCUMENT = "docs/metrics.md";
    private static final String REGION = "metrics of the broker";
    private static final String HEAD =
            "| metric | type | tags | meaning | alert on |\n|---|---|---|---|---|\n";
    private static final Pattern METER =
            Pattern.compile("(\\w+)(?:\\.builder)?\\(\\s*\"(opnmanager\\.[a-z.]+)\"");
    private static final Pattern ANY_NAME = Pattern.compile("\"(opnmanager\\.[^\"]*)\"");
    private static final Pattern TAG = Pattern.compile("\\.tag\\(\\s*\"(\\w+)\"");
    private static final Pattern DESCRIPTION =
            Pattern.compile("\\.description\\(\\s*\"([^\"]*)\"|\\G,\\s*\"([^\"]*)\"");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z_]+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|");

    /** What a meter is; its name is the key it is kept under. */
    private record Meter(String type, String tags, String description) {}

    @Test
    void every_metric_stands_in_the_document_and_no_other() throws IOException {
        Map<String, Meter> meters = meters();
        String region = Project.region(document(), REGION);
        Map<String, String> written = rows(region);

        Project.says(
                DOCUMENT,
                REGION,
                meters.entrySet().stream()
                        .map(entry -> row(entry.getKey(), entry.getValue(), written))
                        .collect(Collectors.joining("", HEAD, "")));
    }

    @Test
    void every_row_says_what_the_metric_means() throws IOException {
        assertThat(rows(Project.region(document(), REGION)).values())
                .isNotEmpty()
                .noneMatch(words -> words.isBlank() || words.startsWith(" |"));
    }

    @Test
    void every_name_in_a_metrics_class_is_understood() throws IOException {
        for (Path file : metricsClasses()) {
            String text = Project.read(file);
            assertThat(METER.matcher(text).results().map(found -> found.group(2)).distinct())
                    .as("%s", file)
                    .containsExactlyElementsOf(
                            ANY_NAME.matcher(text)
                                    .results()
                                    .map(found -> found.group(1))
                                    .distinct()
                                    .toList());
        }
    }

    private static String document() {
        return Project.read(Project.root().resolve(DOCUMENT));
    }

    private static Iterable<Path> metricsClasses() throws IOException {
        return Project.files("broker/src/main/java", name -> name.endsWith("Metrics.java"));
    }

    private static Map<String, Meter> meters() throws IOException {
        Map<String, Meter> meters = new TreeMap<>();
        for (Path file : metricsClasses()) {
            String text = Project.read(file);
            Matcher meter = METER.matcher(text);
            while (meter.find()) {
                String type = type(meter.group(1));
                int end = text.indexOf(';', meter.end());
                String chain = text.substring(meter.end(), end);
                meters.put(name(meter.group(2), type), new Meter(type, tags(chain), about(chain)));
            }
        }
        return meters;
    }

    private static String type(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        for (String type : new String[] {"counter", "timer", "gauge"}) {
            if (lower.startsWith(type)) {
                return type;
            }
        }
        throw new IllegalStateException(
                "wanted a counter, timer or gauge, found a meter made by " + word);
    }

    /** Micrometer's naming for Prometheus. */
    private static String name(String dotted, String type) {
        String plain = dotted.replace('.', '_');
        return switch (type) {
            case "counter" -> plain + "_total";
            case "timer" -> plain + "_seconds";
            default -> plain;
        };
    }

    private static String tags(String chain) {
        TreeSet<String> tags =
                TAG.matcher(chain)
                        .results()
                        .map(found -> "`" + found.group(1) + "`")
                        .collect(Collectors.toCollection(TreeSet::new));
        return tags.isEmpty() ? "-" : String.join(", ", tags);
    }

    private static String about(String chain) {
        Matcher description = DESCRIPTION.matcher(chain);
        if (!description.find()) {
            return "";
        }
        return description.group(1) == null ? description.group(2) : description.group(1);
    }

    /** Meaning and alert of each row, by metric. */
    private static Map<String, String> rows(String region) {
        return ROW.matcher(region)
                .results()
                .collect(
                        Collectors.toMap(
                                found -> found.group(1),
                                found -> found.group(4) + " | " + found.group(5)));
    }

    private static String row(String name, Meter meter, Map<String, String> written) {
        return "| `%s` | %s | %s | %s |\n"
                .formatted(
                        name,
                        meter.type(),
                        meter.tags(),
                        written.getOrDefault(name, meter.description() + " | -"));
    }
}
