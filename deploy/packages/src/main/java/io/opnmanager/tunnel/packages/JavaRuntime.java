package io.opnmanager.tunnel.packages;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** The Java that the programs share: the JDK of the build, cut down to what they need. */
final class JavaRuntime {

    /** The images have the same, and the list only once: in their recipe. */
    private static final Pattern MODULES = Pattern.compile("\"--add-modules\", \"([a-z.,]+)\"");

    private JavaRuntime() {}

    /** The modules, as the recipe of the broker's image names them. */
    static String modules(Path root) throws IOException {
        String recipe = Files.readString(root.resolve("deploy/containers/broker.Dockerfile"));
        Matcher modules = MODULES.matcher(recipe);
        if (!modules.find()) {
            throw new IOException("wanted --add-modules in broker.Dockerfile, found none");
        }
        return modules.group(1);
    }

    /** Makes it in a folder, which is removed first. */
    static void link(Path root, Path folder) throws IOException {
        remove(folder);
        ToolProvider jlink =
                ToolProvider.findFirst("jlink")
                        .orElseThrow(() -> new IOException("wanted a JDK with jlink, found none"));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        // Without objcopy, which not every machine has; the JDK's libraries are stripped already.
        int code =
                jlink.run(
                        out,
                        out,
                        "--output",
                        folder.toString(),
                        "--strip-java-debug-attributes",
                        "--no-header-files",
                        "--no-man-pages",
                        "--compress=zip-6",
                        // Windows, sound and fonts: beans are all that is used of this module.
                        "--exclude-files=/java.desktop/lib/**,/java.base/bin/keytool,/java.rmi/bin/**",
                        "--add-modules",
                        modules(root));
        if (code != 0) {
            throw new IOException("jlink ended with " + code + ": " + said);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> found;
        try (Stream<Path> walk = Files.walk(folder)) {
            found = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : found) {
            Files.delete(path);
        }
    }
}
