package io.opnmanager.tunnel.benchmarks;

import io.opnmanager.tunnel.benchmarks.measure.Scale;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What was asked for.
 *
 * @param mode what to do
 * @param scale how long
 * @param only these experiments; all when empty
 * @param output folder of the document and of the results
 */
record Options(Mode mode, Scale scale, List<String> only, Path output) {

    static final String HELP =
            """
            Usage: ./benchmarks/run.sh [quick] [--only NAME[,NAME]] [--output FOLDER] | --list | --report

            Measures the product against peers in alternating rounds of this run. Writes FOLDER/benchmarks.md with its
            plots and every sample as JSON below FOLDER/benchmarks/.

              quick             ten minutes, with more noise; without it hours
              --only NAME,...   some of the experiments; the document keeps what it has of the others
              --output FOLDER   another folder than docs
              --list            the experiments, a line each
              --report          writes the document anew from the results that are there
              --help            this text

            Exit codes: 0 all was measured, 1 an experiment failed (the others are written), 2 wrong use.
            """;

    enum Mode {
        MEASURE,
        REPORT,
        LIST,
        HELP
    }

    /**
     * @throws IllegalArgumentException with a sentence for the person who typed it
     */
    static Options of(Path root, String... words) {
        Mode mode = Mode.MEASURE;
        Scale scale = Scale.FULL;
        List<String> only = List.of();
        Path output = root.resolve("docs");
        Iterator<String> rest = List.copyOf(Arrays.asList(words)).iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "quick" -> scale = Scale.QUICK;
                case "--only" -> only = List.of(value(word, rest).split(",", -1));
                case "--output" -> output = Path.of(value(word, rest));
                case "--list" -> mode = Mode.LIST;
                case "--report" -> mode = Mode.REPORT;
                case "--help", "-h" -> mode = Mode.HELP;
                default -> throw new IllegalArgumentException("unknown word " + word);
            }
        }
        return new Options(mode, scale, only, output.toAbsolutePath().normalize());
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " wants a value");
        }
        return rest.next();
    }
}
