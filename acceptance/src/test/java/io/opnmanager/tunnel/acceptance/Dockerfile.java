package io.opnmanager.tunnel.acceptance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A Dockerfile, read as far as its rules are about: instructions in their order.
 *
 * @param name of the file
 * @param instructions without comments, each on one line
 */
record Dockerfile(String name, List<Instruction> instructions) {

    /**
     * One instruction.
     *
     * @param word in capitals
     * @param rest what follows it, flags too
     */
    record Instruction(String word, String rest) {

        /** Its words but for flags. */
        List<String> arguments() {
            return List.of(rest.split("\\s+")).stream()
                    .filter(word -> !word.startsWith("--"))
                    .toList();
        }

        @Override
        public String toString() {
            return word + " " + rest;
        }
    }

    static Dockerfile read(Path file) {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String text : Project.read(file).lines().toList()) {
            if (text.isBlank() || text.strip().startsWith("#")) {
                continue;
            }
            boolean goesOn = text.endsWith("\\");
            line.append(goesOn ? text.substring(0, text.length() - 1) : text);
            if (!goesOn) {
                String[] parts = line.toString().strip().split("\\s+", 2);
                instructions.add(
                        new Instruction(
                                parts[0].toUpperCase(Locale.ROOT),
                                parts.length == 1 ? "" : parts[1]));
                line.setLength(0);
            }
        }
        if (!line.isEmpty()) {
            throw new IllegalStateException(file + " ends in the middle of an instruction");
        }
        return new Dockerfile(file.getFileName().toString(), instructions);
    }

    List<Instruction> all(String word) {
        return instructions.stream().filter(found -> found.word().equals(word)).toList();
    }

    /** What becomes the image: everything from the last FROM on. */
    Dockerfile image() {
        int last = instructions.lastIndexOf(all("FROM").getLast());
        return new Dockerfile(name, instructions.subList(last, instructions.size()));
    }

    @Override
    public String toString() {
        return name;
    }
}
