package io.opnmanager.tunnel.demo;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What the demo was asked for.
 *
 * @param mode what to do
 * @param folder where everything is kept
 * @param firewalls how many of them are started
 * @param repeat measured rounds of {@link Mode#ONCE}
 * @param json whether {@link Mode#ONCE} prints one JSON object and nothing else
 */
record Options(Mode mode, Path folder, int firewalls, int repeat, boolean json) {

    static final String HELP =
            """
            Usage: ./demo.sh [--once [--repeat N] [--output json]] [--dev] [--firewalls N] [--folder F] [--native]

            Starts a database, a broker with its console, and firewalls: for each a web page and its two agents. Stays
            until Ctrl-C. Everything it writes is in its folder; Ctrl-C leaves no process and no port behind.

              --once          does the whole flow without a person, prints how long each step took, and ends:
                              0 when all of it was right, 1 with the step that was not
              --repeat N      measured rounds of --once after one that warms up, 1 to 1000 (default 5)
              --output json   --once prints one JSON object instead of lines
              --dev           the broker runs in Quarkus' development mode and takes over changed sources
              --firewalls N   how many, 1 to 9 (default 2; 1 with --once and --dev); each takes about 150 MB
              --native        native executables in place of jars; build them with ./mvnw -DskipTests package -Dnative
              --folder F      another folder than .demo
              --help          this text
            """;

    private static final int DEFAULT_REPEAT = 5;
    private static final int MOST_ROUNDS = 1000;
    private static final int MOST_FIREWALLS = 9;

    enum Mode {
        STAY,
        ONCE,
        DEVELOP,
        HELP
    }

    /**
     * @throws IllegalArgumentException with a sentence for the person who typed it
     */
    static Options of(String... words) {
        Mode mode = Mode.STAY;
        Path folder = ProjectRoot.path().resolve(".demo");
        int firewalls = 0;
        int repeat = DEFAULT_REPEAT;
        boolean json = false;
        Iterator<String> rest = List.copyOf(Arrays.asList(words)).iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--once" -> mode = Mode.ONCE;
                case "--dev" -> mode = Mode.DEVELOP;
                case "--help", "-h" -> mode = Mode.HELP;
                case "--folder" -> folder = Path.of(value(word, rest)).toAbsolutePath().normalize();
                case "--firewalls" -> firewalls = number(word, value(word, rest), MOST_FIREWALLS);
                case "--repeat" -> repeat = number(word, value(word, rest), MOST_ROUNDS);
                case "--output" -> json = isJson(value(word, rest));
                default -> throw new IllegalArgumentException("unknown option " + word);
            }
        }
        // Two show that two pages stay apart; a measurement needs no more than one.
        int wanted = firewalls == 0 ? (mode == Mode.STAY ? 2 : 1) : firewalls;
        return new Options(mode, folder, wanted, repeat, json);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " wants a value");
        }
        return rest.next();
    }

    private static int number(String option, String text, int most) {
        int number = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    option + " wants a number from 1 to " + most + ", found " + text);
        }
        return number;
    }

    private static boolean isJson(String format) {
        return switch (format) {
            case "json" -> true;
            case "text" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "--output wants json or text, found " + format);
        };
    }
}
