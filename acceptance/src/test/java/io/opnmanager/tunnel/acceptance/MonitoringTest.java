package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alert rules and dashboard ask for what the broker has, and each alert says what to do. */
class MonitoringTest {

    private static final Path FOLDER = Project.root().resolve("deploy/monitoring");
    private static final Pattern NAME =
            Pattern.compile("\\b(opnmanager_[a-z_]+|jvm_[a-z_]+|http_server_[a-z_]+)\\b");

    /** What Quarkus and Prometheus add; docs/metrics.md names the families. */
    private static final Set<String> OTHERS =
            Set.of("http_server_requests_seconds_count", "jvm_memory_used_bytes");

    @Test
    void the_rules_are_good_and_each_alert_fires_on_its_fault_and_only_then() throws Exception {
        assertThat(promtool("check", "rules", "alerts.yml")).contains("SUCCESS: 13 rules found");
        assertThat(promtool("test", "rules", "alerts.test.yml")).contains("SUCCESS");
        List<String> tested = new ArrayList<>();
        yaml("alerts.test.yml")
                .findParents("alertname")
                .forEach(test -> tested.add(test.path("alertname").asText()));
        assertThat(alerts().map(alert -> alert.path("alert").asText()))
                .allSatisfy(name -> assertThat(tested).filteredOn(name::equals).hasSize(2));
    }

    @Test
    void every_alert_has_a_runbook_that_is_there() throws IOException {
        Set<String> headings =
                Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
                        .matcher(Project.read(Project.root().resolve("docs/operations.md")))
                        .results()
                        .map(found -> anchor(found.group(1)))
                        .collect(Collectors.toSet());

        assertThat(alerts().map(alert -> alert.at("/annotations/runbook").asText()))
                .isNotEmpty()
                .allSatisfy(runbook -> {
                    assertThat(runbook).startsWith("docs/operations.md#");
                    assertThat(headings).contains(runbook.substring(runbook.indexOf('#') + 1));
                });
    }

    @Test
    void every_alert_and_panel_asks_for_metrics_that_the_broker_has() throws IOException {
        Set<String> known = known();
        List<String> asked = new ArrayList<>();
        alerts().forEach(alert -> asked.add(alert.path("expr").asText()));
        panels().forEach(panel ->
                panel.path("targets").forEach(target -> asked.add(target.path("expr").asText())));

        assertThat(asked)
                .allSatisfy(expression ->
                        assertThat(NAME.matcher(expression).results().map(found -> found.group(1)))
                                .as(expression)
                                .allMatch(known::contains));
    }

    @Test
    void the_dashboard_is_whole_and_works_with_any_prometheus() throws IOException {
        JsonNode dashboard =
                new ObjectMapper().readTree(Project.read(FOLDER.resolve("dashboard.json")));
        assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
        assertThat(dashboard.at("/templating/list").findValuesAsText("name"))
                .containsExactly("datasource", "instance");
        Set<Integer> ids = new HashSet<>();
        Set<String> places = new HashSet<>();
        assertThat(panels())
                .isNotEmpty()
                .allSatisfy(panel -> {
                    assertThat(ids.add(panel.path("id").asInt())).isTrue();
                    assertThat(panel.path("title").asText()).isNotBlank();
                    assertThat(panel.path("type").asText()).isIn("timeseries", "stat");
                    assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                    JsonNode at = panel.path("gridPos");
                    assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
                    assertThat(places.add(at.path("x") + "," + at.path("y"))).isTrue();
                    assertThat(panel.path("targets")).isNotEmpty();
                });
    }

    private static Set<String> known() {
        Set<String> known = new HashSet<>(OTHERS);
        Pattern.compile("\\| `(opnmanager_[a-z_]+)` \\| (\\w+) \\|")
                .matcher(Project.read(Project.root().resolve("docs/metrics.md")))
                .results()
                .forEach(row -> {
                    known.add(row.group(1));
                    if (row.group(2).equals("timer")) {
                        known.add(row.group(1) + "_bucket");
                    }
                });
        return known;
    }

    /** As the web shows a heading's address. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }

    private static Stream<JsonNode> alerts() throws IOException {
        return yaml("alerts.yml").at("/groups/0/rules").valueStream();
    }

    private static List<JsonNode> panels() throws IOException {
        return new ObjectMapper()
                .readTree(Project.read(FOLDER.resolve("dashboard.json")))
                .path("panels")
                .valueStream()
                .toList();
    }

    private static JsonNode yaml(String file) throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(Project.read(FOLDER.resolve(file)));
    }

    private static String promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Script.Ended ended = Script.run(FOLDER, Map.of(), Duration.ofMinutes(1), command);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }
}
