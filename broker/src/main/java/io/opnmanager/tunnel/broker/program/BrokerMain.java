package io.opnmanager.tunnel.broker.program;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The door: reads the few options there are, before Quarkus reads its configuration. */
@QuarkusMain
public final class BrokerMain {

    /** Where packages put it; read when no other is named and it is there. */
    private static final Path PACKAGED = Path.of("/etc/opnmanager-tunnel/broker.yaml");

    private static final int USAGE = 2;

    private static final String HELP =
            """
            Usage: opnmanager-broker [--config=FILE] [--help] [--version]
            The broker of OPNManager Tunnel; ends on SIGTERM.
                  --config=FILE   Read the configuration from this YAML file
                                  (/etc/opnmanager-tunnel/broker.yaml, if it is there).
              -h, --help          Show this help message and exit.
              -V, --version       Print version information and exit.
            """;

    private BrokerMain() {}

    /** Starts the broker. */
    public static void main(String... arguments) {
        Path config = Files.isReadable(PACKAGED) ? PACKAGED : null;
        List<String> others = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("-h") || argument.equals("--help")) {
                System.out.print(HELP);
                System.exit(0);
            } else if (argument.equals("-V") || argument.equals("--version")) {
                System.out.println("opnmanager-broker " + version());
                System.exit(0);
            } else if (argument.startsWith("--config=")) {
                config = Path.of(argument.substring("--config=".length()));
            } else if (argument.equals("--config") && i + 1 < arguments.length) {
                i++;
                config = Path.of(arguments[i]);
            } else {
                others.add(argument);
            }
        }
        if (!others.isEmpty()) {
            refuse("unknown: " + String.join(" ", others) + "; see --help");
        }
        if (config != null) {
            if (!Files.isReadable(config)) {
                refuse("--config: wanted a readable file, found " + config);
            }
            System.setProperty(ConfigurationFile.LOCATION, config.toAbsolutePath().toString());
        }
        Quarkus.run(BrokerApplication.class, arguments);
    }

    private static void refuse(String words) {
        System.err.println("opnmanager-broker: " + words);
        System.exit(USAGE);
    }

    /** From a resource that the build fills in: configuration is not there yet. */
    private static String version() {
        try (InputStream in = BrokerMain.class.getResourceAsStream("/opnmanager-broker.version")) {
            return in == null
                    ? "unknown"
                    : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
