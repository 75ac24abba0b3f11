package io.opnmanager.tunnel.packages;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The jar that a program is started by: nothing but a manifest whose class path names every jar of
 * Quarkus' fast-jar. Classes are then loaded by the JVM's own loader, which is the only one that an
 * ahead-of-time cache keeps linked classes for; {@code quarkus-run.jar} has a loader of its own.
 */
final class StartJar {

    private StartJar() {}

    /**
     * Makes it.
     *
     * @param program the folder {@code quarkus-app}
     * @param main the class that begins
     */
    static byte[] of(Path program, String main, Instant time) throws IOException {
        Attributes quarkus;
        try (JarFile run = new JarFile(program.resolve("quarkus-run.jar").toFile())) {
            quarkus = run.getManifest().getMainAttributes();
        }
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, main);
        attributes.put(Attributes.Name.CLASS_PATH, String.join(" ", classPath(program)));
        // What Quarkus asks for itself.
        for (String name : List.of("Add-Opens", "Add-Exports", "Enable-Native-Access")) {
            String value = quarkus.getValue(name);
            if (value != null) {
                attributes.putValue(name, value);
            }
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        manifest.write(text);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            ZipEntry entry = new ZipEntry(JarFile.MANIFEST_NAME);
            entry.setTimeLocal(time.atOffset(ZoneOffset.UTC).toLocalDateTime());
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(text.size());
            CRC32 sum = new CRC32();
            sum.update(text.toByteArray());
            entry.setCrc(sum.getValue());
            zip.putNextEntry(entry);
            zip.write(text.toByteArray());
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    /** What Quarkus generated stands before what it was generated from. */
    private static List<String> classPath(Path program) throws IOException {
        List<String> path = new ArrayList<>();
        for (String folder : List.of("quarkus", "app", "lib/boot", "lib/main")) {
            try (Stream<Path> files = Files.list(program.resolve(folder))) {
                files.map(file -> folder + "/" + file.getFileName())
                        .filter(name -> name.endsWith(".jar"))
                        .sorted(
                                java.util.Comparator.comparing(
                                                (String name) -> !name.contains("transformed"))
                                        .thenComparing(name -> name))
                        .forEach(path::add);
            }
        }
        return path;
    }
}
