package io.opnmanager.tunnel.packages;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page in man(7), printed from a program's own commands and options, so it cannot rot. */
final class ManualPage {

    private final StringBuilder text = new StringBuilder();

    private ManualPage() {}

    /**
     * Prints one.
     *
     * @param program name as installed
     * @param command the program's top command
     * @param version of the packages
     * @param day year, month, day
     * @param more sections of ours, in man(7)
     */
    static String of(String program, Class<?> command, String version, String day, String more) {
        CommandSpec spec = new CommandLine(command, new Bare()).getCommandSpec();
        ManualPage page = new ManualPage();
        page.line(
                ".TH %s 1 \"%s\" \"OPNManager Tunnel %s\" \"OPNManager Tunnel\""
                        .formatted(program.toUpperCase(java.util.Locale.ROOT), day, version));
        String description = String.join(" ", spec.usageMessage().description());
        page.section("NAME");
        page.line("%s \\- %s".formatted(program, escaped(firstSentence(description))));
        page.section("SYNOPSIS");
        boolean commands = !spec.subcommands().isEmpty();
        page.line(".B %s".formatted(program));
        page.line(commands ? "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR" : "[\\fIOPTIONS\\fR]");
        page.section("DESCRIPTION");
        page.paragraph(description);
        page.section("OPTIONS");
        page.options(spec);
        if (commands) {
            page.section("COMMANDS");
            for (Map.Entry<String, CommandLine> sub : spec.subcommands().entrySet()) {
                page.command(program, sub.getKey(), sub.getValue().getCommandSpec());
            }
        }
        page.footer(spec);
        page.text.append(more);
        return page.text.toString();
    }

    private void command(String program, String name, CommandSpec spec) {
        StringBuilder synopsis = new StringBuilder(program + " " + name + " [OPTIONS]");
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            synopsis.append(' ').append(parameter.paramLabel());
        }
        line(".SS \"%s\"".formatted(escaped(synopsis.toString())));
        for (String part : spec.usageMessage().description()) {
            paragraph(part);
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            line(".TP");
            line("\\fI%s\\fR".formatted(escaped(parameter.paramLabel())));
            line("%s".formatted(escaped(words(parameter.description(), "", parameter.type()))));
        }
        options(spec);
    }

    private void options(CommandSpec spec) {
        for (OptionSpec option : spec.options()) {
            // What all commands share is said once, at the top.
            boolean shared = option.inherited() || (spec.parent() != null && option.usageHelp());
            if (option.hidden() || shared || (spec.parent() != null && option.versionHelp())) {
                continue;
            }
            List<String> names = new ArrayList<>();
            for (String name : option.names()) {
                names.add("\\fB" + escaped(name) + "\\fR");
            }
            line(".TP");
            String value =
                    option.arity().max() == 0
                            ? ""
                            : "=\\fI"
                                    + escaped(option.paramLabel().replaceAll("[<>]", ""))
                                    + "\\fR";
            line("%s%s".formatted(String.join(", ", names), value));
            String usual = option.defaultValue() == null ? "" : option.defaultValue();
            line("%s".formatted(escaped(words(option.description(), usual, option.type()))));
        }
    }

    /** With picocli's two variables; a default from the environment is its last word. */
    private static String words(String[] description, String usual, Class<?> type) {
        String shown =
                usual.replaceAll("\\$\\{env:[A-Z_]+:-([^}]*)}", "$1").replaceAll("\\$\\{.*}", "");
        List<String> candidates = new ArrayList<>();
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                candidates.add(constant.toString().toLowerCase(java.util.Locale.ROOT));
            }
        }
        String words =
                String.join(" ", description)
                        .replace("${DEFAULT-VALUE}", shown)
                        .replace("${COMPLETION-CANDIDATES}", String.join(", ", candidates))
                        .replace("%n", " ")
                        .replace("%%", "%");
        return words.isEmpty() ? "See above." : words;
    }

    /** Environment and exit codes are the footer of the help, each under its heading. */
    private void footer(CommandSpec spec) {
        String heading = spec.usageMessage().footerHeading();
        if (heading == null || heading.isBlank()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(heading.replace("%n", "").strip());
        lines.addAll(List.of(spec.usageMessage().footer()));
        boolean open = false;
        for (String footer : lines) {
            if (footer.endsWith(":") && !footer.startsWith(" ")) {
                if (open) {
                    line(".fi");
                }
                section(
                        footer.substring(0, footer.length() - 1)
                                .toUpperCase(java.util.Locale.ROOT));
                line(".nf");
                open = true;
            } else {
                line("%s".formatted(escaped(footer)));
            }
        }
        line(".fi");
    }

    private static String firstSentence(String description) {
        String sentence = description.split("[.;](\\s|$)", 2)[0];
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private void section(String name) {
        line(".SH \"%s\"".formatted(name));
    }

    private void paragraph(String words) {
        if (words.startsWith("  ")) {
            line(".PP");
            line(".nf");
            line("%s".formatted(escaped(words)));
            line(".fi");
        } else {
            line(".PP");
            line("%s".formatted(escaped(words)));
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    /** Nothing of it is a request of man(7), and a hyphen of an option stays one. */
    private static String escaped(String words) {
        String safe = words.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
