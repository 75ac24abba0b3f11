package io.opnmanager.tunnel.quickconnect;

import io.opnmanager.tunnel.contract.call.SecurityProviders;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The door: turns the options that decide how Quarkus starts into system properties, before it
 * starts.
 */
@QuarkusMain
public final class QuickconnectMain {

    /** Where packages put it; read when no other is named and it is there. */
    private static final Path PACKAGED = Path.of("/etc/opnmanager-tunnel/quickconnect-agent.yaml");

    private QuickconnectMain() {}

    /** See {@code quickconnect-agent --help}. */
    public static void main(String... arguments) {
        SecurityProviders.leaveOutUnused();
        String config = optionIn(arguments, "--config");
        if (config != null) {
            Path file = Path.of(config);
            if (!Files.isReadable(file)) {
                System.err.println("--config: wanted a readable file, found " + config);
                System.exit(ExitCode.USAGE.number());
            }
            System.setProperty(ConfigurationFile.LOCATION, file.toAbsolutePath().toString());
        } else if (Files.isReadable(PACKAGED)) {
            System.setProperty(ConfigurationFile.LOCATION, PACKAGED.toString());
        }
        for (String argument : arguments) {
            if (argument.equals("--verbose")) {
                System.setProperty("quarkus.log.category.\"io.opnmanager\".level", "DEBUG");
            } else if (argument.equals("--debug")) {
                System.setProperty("quarkus.log.category.\"io.opnmanager\".level", "DEBUG");
                System.setProperty("quarkus.log.category.\"io.quarkus\".level", "DEBUG");
            }
        }
        Quarkus.run(
                QuickconnectApplication.class,
                (code, failure) -> System.exit(failure == null ? code : notStarted(failure)),
                arguments);
    }

    /** What keeps Quarkus from starting is configuration; its message names the key. */
    private static int notStarted(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        System.err.println("not started: " + root.getMessage());
        return ExitCode.USAGE.number();
    }

    private static @Nullable String optionIn(String[] arguments, String name) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals(name) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
            if (arguments[i].startsWith(name + "=")) {
                return arguments[i].substring(name.length() + 1);
            }
        }
        return null;
    }
}
