package io.opnmanager.tunnel.tunnelctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** {@code docs/tunnelctl.md} says what the commands say of themselves. */
class DocumentTest {

    private static final Path DOCUMENT =
            Path.of(System.getProperty("project.root", ""), "docs/tunnelctl.md");

    /** In the document they are a flag of another program, or one that people know. */
    private static final Set<String> OTHERS = Set.of("-s");

    private final CommandLine top = new CommandLine(new TunnelctlCommand(), new Factory());

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private String document;

    /** Commands that go on are told when to end; here none begins. */
    private static final class Factory implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (Constructor<?> one : type.getDeclaredConstructors()) {
                if (Arrays.equals(one.getParameterTypes(), new Class<?>[] {Ending.class})) {
                    one.setAccessible(true);
                    return type.cast(one.newInstance(new Ending()));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    @BeforeEach
    void read() throws IOException {
        document = Files.readString(DOCUMENT);
    }

    @Test
    void every_command_is_in_it() {
        assertThat(top.getSubcommands().keySet())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(document).contains("tunnelctl " + name));
    }

    @Test
    void every_option_in_it_is_there() {
        Set<String> known = new TreeSet<>(OTHERS);
        known.addAll(top.getCommandSpec().optionsMap().keySet());
        for (CommandLine command : top.getSubcommands().values()) {
            known.addAll(command.getCommandSpec().optionsMap().keySet());
        }
        Matcher option = Pattern.compile("(?<=[\\s`(])--?[A-Za-z][a-z-]*").matcher(document);
        Set<String> said = new TreeSet<>();
        while (option.find()) {
            said.add(option.group());
        }
        assertThat(said).hasSizeGreaterThan(10).isSubsetOf(known);
    }

    @Test
    void exit_codes_are_the_same_in_it_and_in_the_help() {
        Set<String> wanted =
                Arrays.stream(ExitCode.values())
                        .map(code -> Integer.toString(code.number()))
                        .collect(Collectors.toSet());
        Set<String> ofHelp = new TreeSet<>();
        for (String line : top.getCommandSpec().usageMessage().footer()) {
            Matcher code = Pattern.compile("^  (\\d)  (.*)$").matcher(line);
            if (code.find()) {
                ofHelp.add(code.group(1));
                assertThat(document)
                        .contains(
                                "| %s | %s |"
                                        .formatted(
                                                code.group(1),
                                                code.group(2).replace("of doctor", "of `doctor`")));
            }
        }
        assertThat(ofHelp).isEqualTo(wanted);
    }
}
