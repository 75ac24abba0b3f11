package io.opnmanager.tunnel.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes every package of a build: {@code root, output, version, timestamp, java|native}. */
public final class Packages {

    private Packages() {}

    /** See {@code pom.xml}. */
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 5) {
            throw new IllegalArgumentException("wanted: root output version timestamp java|native");
        }
        Path output = Path.of(arguments[1]);
        Files.createDirectories(output);
        List<Path> made =
                make(
                        new Release(
                                Path.of(arguments[0]),
                                output,
                                debianVersion(arguments[2]),
                                Instant.parse(arguments[3]),
                                Release.Kind.of(arguments[4])));
        for (Path deb : made) {
            System.out.println("%s %d KiB".formatted(deb.getFileName(), Files.size(deb) / 1024));
        }
    }

    /** A snapshot is older than its release: {@code 0.1.0-SNAPSHOT} is {@code 0.1.0~snapshot}. */
    static String debianVersion(String maven) {
        return maven.replace("-SNAPSHOT", "~snapshot").replace('-', '~');
    }

    static List<Path> make(Release release) throws IOException {
        List<Path> made = new ArrayList<>();
        Programs programs = new Programs(release);
        if (release.kind() == Release.Kind.JARS) {
            Path runtime = release.output().resolve("runtime");
            JavaRuntime.link(release.root(), runtime);
            Tree tree = new Tree();
            tree.copy("usr/lib/opnmanager-tunnel/runtime", runtime);
            made.add(release.pack("opnmanager-runtime", tree));
        }
        for (Program program : Program.values()) {
            made.add(release.pack(program.packageName(), programs.tree(program)));
        }
        return made;
    }
}
