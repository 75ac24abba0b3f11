package io.opnmanager.tunnel.tunnelctl;

import io.opnmanager.tunnel.tunnelctl.operations.ClientFile;
import io.opnmanager.tunnel.tunnelctl.operations.ClientFiles;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door: turns what decides how Quarkus logs into system properties, before it starts. */
@QuarkusMain
public final class TunnelctlMain {

    /** As {@code ExitCode} of the commands has it. */
    private static final int USAGE = 2;

    private static final String OWN_LEVEL = "quarkus.log.category.\"io.opnmanager\".level";

    private TunnelctlMain() {}

    /** See {@code tunnelctl --help}. */
    public static void main(String... arguments) {
        List<String> words = List.of(arguments);
        String config = optionIn(words, "--config");
        if (words.contains("serve") && config != null) {
            try {
                log(ClientFiles.read(Path.of(config)).logging());
            } catch (IllegalArgumentException e) {
                System.err.println("tunnelctl: " + e.getMessage());
                System.exit(USAGE);
            }
        }
        if (words.contains("--verbose") || words.contains("--debug")) {
            System.setProperty(OWN_LEVEL, "DEBUG");
        }
        if (words.contains("--debug")) {
            System.setProperty("quarkus.log.level", "DEBUG");
        }
        Quarkus.run(
                TunnelctlApplication.class,
                (code, failure) -> System.exit(failure == null ? code : notStarted(failure)),
                arguments);
    }

    /** Both {@code --name value} and {@code --name=value} are good. */
    private static @Nullable String optionIn(List<String> words, String name) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals(name) && i + 1 < words.size()) {
                return words.get(i + 1);
            }
            if (words.get(i).startsWith(name + "=")) {
                return words.get(i).substring(name.length() + 1);
            }
        }
        return null;
    }

    private static void log(ClientFile.Log log) {
        System.setProperty(OWN_LEVEL, log.levelOrUsual());
        if (log.file() != null) {
            System.setProperty("quarkus.log.file.enabled", "true");
            System.setProperty("quarkus.log.file.path", log.file().toString());
            System.setProperty(
                    "quarkus.log.file.rotation.max-file-size",
                    log.maxSize() == null ? "10M" : log.maxSize());
            System.setProperty(
                    "quarkus.log.file.rotation.max-backup-index",
                    Integer.toString(log.files() == null ? 5 : log.files()));
        }
    }

    private static int notStarted(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        System.err.println("tunnelctl: not started: " + root.getMessage());
        return 1;
    }
}
