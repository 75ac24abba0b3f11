package io.opnmanager.tunnel.packages;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * One build of all packages.
 *
 * @param root of the sources
 * @param output where packages are left
 * @param version as Debian writes it
 * @param time that every file of it has
 * @param kind with Java or as native executables
 */
record Release(Path root, Path output, String version, Instant time, Kind kind) {

    /** Where programs come from. */
    enum Kind {
        /** Jars on the packaged Java. */
        JARS,
        /** Executables without any. */
        NATIVE;

        static Kind of(String word) {
            return switch (word) {
                case "java" -> JARS;
                case "native" -> NATIVE;
                default ->
                        throw new IllegalArgumentException("wanted java or native, found " + word);
            };
        }
    }

    private static final List<String> CONTROL_FILES =
            List.of("preinst", "postinst", "prerm", "postrm", "triggers");

    /** Adds what every package has, and writes it. */
    Path pack(String name, Tree tree) throws IOException {
        Path folder = folder(name);
        String documents = "usr/share/doc/" + name + "/";
        tree.text(
                documents + "copyright",
                read(root.resolve("deploy/packages/debian/copyright")),
                Tree.PLAIN);
        tree.bytes(documents + "changelog.gz", gzip(changelog(name)), Tree.PLAIN);
        Path overrides = folder.resolve("lintian-overrides");
        if (Files.exists(overrides)) {
            tree.text("usr/share/lintian/overrides/" + name, read(overrides), Tree.PLAIN);
        }
        Map<String, String> control = new TreeMap<>();
        for (String file : CONTROL_FILES) {
            if (Files.exists(folder.resolve(file))) {
                control.put(file, script(folder.resolve(file)));
            }
        }
        String conffiles =
                tree.paths().stream()
                        .filter(path -> path.startsWith("etc/"))
                        .filter(path -> tree.entries().get(path) instanceof Tree.Entry.Text)
                        .map(path -> "/" + path + "\n")
                        .collect(Collectors.joining());
        if (!conffiles.isEmpty()) {
            control.put("conffiles", conffiles);
        }
        control.put("control", control(folder, tree.installedSize()));
        Path deb = output.resolve(name + "_" + version + "_amd64.deb");
        new Deb(tree, control, time).write(deb);
        return deb;
    }

    Path folder(String name) {
        return root.resolve("deploy/packages/debian").resolve(name);
    }

    byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip =
                new GZIPOutputStream(bytes) {
                    {
                        def.setLevel(Deflater.BEST_COMPRESSION);
                    }
                }) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] compressed = bytes.toByteArray();
        // RFC 1952 2.3.1: XFL 2 says that it was compressed as far as it goes, which Java never
        // says.
        compressed[8] = 2;
        return compressed;
    }

    String day() {
        return DateTimeFormatter.ISO_LOCAL_DATE.format(time.atOffset(ZoneOffset.UTC));
    }

    static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    /**
     * With what is the same in several packages put in: a line {@code #NAME words#} becomes the
     * file {@code snippets/NAME} with {@code @1@}, {@code @2@} and so on for the words.
     */
    private String script(Path file) throws IOException {
        StringBuilder script = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            if (!line.matches("#[A-Z-]+( [^#]*)?#")) {
                script.append(line).append('\n');
                continue;
            }
            String[] words = line.substring(1, line.length() - 1).split(" ", -1);
            if (words[0].startsWith("CACHE") && kind == Kind.NATIVE) {
                continue;
            }
            String snippet =
                    read(
                            root.resolve("deploy/packages/debian/snippets")
                                    .resolve(words[0].toLowerCase(Locale.ROOT)));
            for (int i = 1; i < words.length; i++) {
                snippet = snippet.replace("@" + i + "@", words[i]);
            }
            script.append(snippet);
        }
        return script.toString();
    }

    private String control(Path folder, long size) throws IOException {
        String control = read(folder.resolve("control"));
        if (kind == Kind.NATIVE) {
            control =
                    control.replace("opnmanager-runtime (= @version@)", "libc6 (>= 2.34), zlib1g");
        }
        return control.replace("@version@", version).replace("@size@", Long.toString(size));
    }

    private String changelog(String name) {
        return """
        %s (%s) unstable; urgency=medium

          * Built from the sources of this version; what changed is in its CHANGELOG.md.

         -- OPNManager Tunnel <packages@opnmanager.invalid>  %s
        """
                .formatted(
                        name,
                        version,
                        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
                                .format(time.atOffset(ZoneOffset.UTC)));
    }
}
