package io.opnmanager.tunnel.benchmarks.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The raw results of one experiment: every sample, in the order in which it was taken. Any thread
 * may add to them.
 */
public final class Results {

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /**
     * As it is kept in a file.
     *
     * @param experiment its name
     * @param question what it answers
     * @param scale {@code quick} or {@code full}
     * @param began ISO instant
     * @param seconds that it took
     * @param machine where it was: fact to value
     * @param settings what a reader needs to judge the figures
     * @param measured all figures
     * @param failure why it ended early, or {@code null}
     */
    public record Document(
            String experiment,
            String question,
            String scale,
            String began,
            long seconds,
            Map<String, String> machine,
            Map<String, String> settings,
            List<Measured> measured,
            @Nullable String failure) {}

    /**
     * All samples of one figure.
     *
     * @param figure what was measured
     * @param samples of each contender
     */
    public record Measured(Figure figure, Map<String, List<Double>> samples) {}

    private final Experiment experiment;
    private final String scale;
    private final Map<String, String> machine;
    private final Instant began = Instant.now();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<Figure, Map<String, List<Double>>> samples = new LinkedHashMap<>();

    /** Empty. */
    public Results(Experiment experiment, Scale scale, Map<String, String> machine) {
        this.experiment = experiment;
        this.scale = scale.name();
        this.machine = machine;
    }

    synchronized void setting(String name, String value) {
        settings.put(name, value);
    }

    synchronized void note(Figure figure, String contender, double value) {
        samples.computeIfAbsent(figure, _ -> new LinkedHashMap<>())
                .computeIfAbsent(contender, _ -> new ArrayList<>())
                .add(value);
    }

    /**
     * Writes all of it.
     *
     * @param failure why the experiment ended early, or {@code null}
     */
    public synchronized void write(Path file, @Nullable String failure) throws IOException {
        List<Measured> measured =
                samples.entrySet().stream()
                        .map(entry -> new Measured(entry.getKey(), entry.getValue()))
                        .toList();
        Document document =
                new Document(
                        experiment.name(),
                        experiment.question(),
                        scale,
                        began.toString(),
                        Instant.now().getEpochSecond() - began.getEpochSecond(),
                        machine,
                        settings,
                        measured,
                        failure);
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writeValue(file.toFile(), document);
    }

    /**
     * Reads what was written.
     *
     * @throws IOException when it is not a result
     */
    public static Document read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Document.class);
    }
}
