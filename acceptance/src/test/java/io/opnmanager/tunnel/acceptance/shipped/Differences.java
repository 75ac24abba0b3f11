package io.opnmanager.tunnel.acceptance.shipped;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * In what two builds differ, down to the instructions of a class: who reads it has only a log, the
 * builds were on a machine that is gone.
 */
final class Differences {

    /** Of one file: enough to see the kind of difference. */
    private static final int LINES = 20;

    private static final int NAMES = 10;
    private static final int WIDTH = 200;

    private Differences() {}

    /** A sentence for each file, the name of the file first. */
    static List<String> between(Path one, Path other) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        Set<String> first = Archives.in(one);
        Set<String> second = Archives.in(other);
        for (String name : first) {
            if (!second.contains(name)) {
                all.add(name + ": only in the first build (a rest of an older one? ./mvnw clean)");
            } else if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
                all.add(name + ": " + detail(one.resolve(name), other.resolve(name)));
            }
        }
        second.stream()
                .filter(name -> !first.contains(name))
                .forEach(name -> all.add(name + ": only in the second build"));
        return all;
    }

    /** Lines that are in one list only, as diff shows them. */
    static List<String> between(List<String> one, List<String> other) {
        List<String> all = new ArrayList<>();
        one.stream().filter(line -> !other.contains(line)).map("< "::concat).forEach(all::add);
        other.stream().filter(line -> !one.contains(line)).map("> "::concat).forEach(all::add);
        if (all.isEmpty() && !one.equals(other)) {
            all.add("the same lines in another order");
        }
        return all;
    }

    private static String detail(Path one, Path other) throws IOException, InterruptedException {
        return one.toString().endsWith(".jar")
                ? inJar(one, other)
                : inBytes(Files.readAllBytes(one), Files.readAllBytes(other));
    }

    private static String inJar(Path one, Path other) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        String lines = "";
        try (ZipFile first = new ZipFile(one.toFile());
                ZipFile second = new ZipFile(other.toFile())) {
            Map<String, ZipEntry> here = entries(first);
            Map<String, ZipEntry> there = entries(second);
            if (!List.copyOf(here.keySet()).equals(List.copyOf(there.keySet()))) {
                words.add("other entries or another order");
                lines = inLines(List.copyOf(here.keySet()), List.copyOf(there.keySet()));
            }
            for (String name : here.keySet()) {
                ZipEntry was = here.get(name);
                ZipEntry is = there.get(name);
                if (was == null || is == null) {
                    continue;
                }
                if (is.getCrc() != was.getCrc()) {
                    words.add("content of " + name);
                    if (lines.isEmpty()) {
                        lines = inEntry(first, was, second, is);
                    }
                } else if (is.getTime() != was.getTime()) {
                    words.add("time of " + name);
                }
            }
        }
        String named = words.stream().limit(NAMES).collect(Collectors.joining(", "));
        return (words.isEmpty() ? "other file modes" : named)
                + (words.size() > NAMES ? ", … %d in all".formatted(words.size()) : "")
                + lines;
    }

    private static Map<String, ZipEntry> entries(ZipFile jar) {
        Map<String, ZipEntry> all = new LinkedHashMap<>();
        jar.stream().forEach(entry -> all.put(entry.getName(), entry));
        return all;
    }

    private static String inEntry(ZipFile one, ZipEntry first, ZipFile other, ZipEntry second)
            throws IOException, InterruptedException {
        try (InputStream here = one.getInputStream(first);
                InputStream there = other.getInputStream(second)) {
            byte[] was = here.readAllBytes();
            byte[] is = there.readAllBytes();
            if (!first.getName().endsWith(".class")) {
                return inBytes(was, is);
            }
            String lines = inLines(disassembled(was), disassembled(is));
            return lines.isEmpty() ? inBytes(was, is) : lines;
        }
    }

    /** What the class does; without the numbers of its constants, which all move with one. */
    private static List<String> disassembled(byte[] type) throws IOException {
        Path file = Files.createTempFile("differences", ".class");
        try {
            Files.write(file, type);
            StringWriter lines = new StringWriter();
            PrintWriter out = new PrintWriter(lines);
            ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
            var _ = javap.run(out, out, "-c", "-p", file.toString());
            // Lines 1 to 4 of a class without its sources name the file.
            return lines.toString()
                    .lines()
                    .filter(line -> !line.contains(file.getFileName().toString()))
                    .map(line -> line.replaceAll("#\\d+", "#"))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /** As diff prints it, the beginning. */
    private static String inLines(List<String> one, List<String> other)
            throws IOException, InterruptedException {
        Path first = Files.createTempFile("differences", ".txt");
        Path second = Files.createTempFile("differences", ".txt");
        try {
            Files.write(first, one);
            Files.write(second, other);
            Process diff =
                    new ProcessBuilder("diff", "-U1", first.toString(), second.toString())
                            .redirectErrorStream(true)
                            .start();
            List<String> all = diff.inputReader(StandardCharsets.UTF_8).lines().toList();
            var _ = diff.waitFor();
            StringBuilder told = new StringBuilder();
            // The first two name the files.
            all.stream()
                    .skip(2)
                    .limit(LINES)
                    .forEach(line ->
                            told.append("\n    ").append(line, 0, Math.min(WIDTH, line.length())));
            return told.toString();
        } finally {
            Files.delete(first);
            Files.delete(second);
        }
    }

    /** What stands around the first byte that differs, as far as it can be read. */
    private static String inBytes(byte[] one, byte[] other) {
        int at = Arrays.mismatch(one, other);
        return "\n    other bytes from %d (%d and %d in all)\n    < %s\n    > %s"
                .formatted(at, one.length, other.length, around(one, at), around(other, at));
    }

    private static String around(byte[] bytes, int at) {
        int from = Math.max(0, at - WIDTH / 4);
        int length = Math.min(WIDTH, bytes.length - from);
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1)
                .replaceAll("[^ -~]", ".");
    }
}
