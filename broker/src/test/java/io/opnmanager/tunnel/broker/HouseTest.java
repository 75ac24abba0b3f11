package io.opnmanager.tunnel.broker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The floors of the broker. {@code docs/architecture.md} draws them; an arrow goes down or not at
 * all.
 */
class HouseTest {

    private static final String HOME = "io.opnmanager.tunnel.broker";
    private static final Path SOURCES = Path.of("src/main/java");

    /** Which room may import which; a room that is not here may not exist. */
    private static final Map<String, Set<String>> TABLE =
            Map.ofEntries(
                    Map.entry("database", Set.of()),
                    // The process around it all: nobody enters it, and it enters nobody.
                    Map.entry("program", Set.of()),
                    Map.entry("problem", Set.of()),
                    Map.entry("limits", Set.of()),
                    Map.entry("cluster", Set.of("database")),
                    Map.entry("identity", Set.of("problem", "limits", "database")),
                    // A refusal in the audit carries its problem code, and a flood of them is cut
                    // by rates.
                    Map.entry("audit", Set.of("identity", "problem", "limits", "database")),
                    // Streams end with the rights of who listens.
                    Map.entry("events", Set.of("identity", "problem")),
                    Map.entry(
                            "firewall",
                            Set.of("audit", "events", "identity", "limits", "problem", "database")),
                    // Which node halted a rollout stands in the audit.
                    Map.entry(
                            "release",
                            Set.of(
                                    "firewall",
                                    "cluster",
                                    "audit",
                                    "identity",
                                    "limits",
                                    "problem",
                                    "database")),
                    // What a check-in is answered holds what the release says of the agent.
                    Map.entry(
                            "request",
                            Set.of(
                                    "firewall",
                                    "release",
                                    "cluster",
                                    "events",
                                    "limits",
                                    "audit",
                                    "identity",
                                    "problem",
                                    "database")),
                    // What a node ends by itself is done by a Caller: the node.
                    Map.entry(
                            "tunnel",
                            Set.of("request", "firewall", "cluster", "limits", "identity")),
                    // The firewall says how its page is treated and which certificate it showed,
                    // and its tags whether it is within an operator's reach; whoever guesses hosts
                    // is slowed by rates.
                    Map.entry(
                            "access",
                            Set.of(
                                    "tunnel",
                                    "request",
                                    "firewall",
                                    "cluster",
                                    "limits",
                                    "audit",
                                    "identity",
                                    "problem",
                                    "database")),
                    // Random numbers are made in one place, identity; its connections through a
                    // tunnel are made by the tunnel, which is told which are event streams.
                    Map.entry("access.browser", Set.of("access", "tunnel", "identity")),
                    // Its page may send forms to session hosts, and only to them.
                    Map.entry("console", Set.of("access", "database")),
                    // Whose a client's certificate is; a flood of handshakes is bounded.
                    Map.entry(
                            "access.stream",
                            Set.of("access", "identity", "limits", "problem", "database")));

    private static JavaClasses broker;

    @BeforeAll
    static void read() {
        broker =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(HOME);
    }

    @TestFactory
    Stream<DynamicTest> every_room_imports_only_what_the_table_allows() {
        return TABLE.keySet().stream()
                .sorted()
                .map(room -> dynamicTest(room, () -> importsOnlyWhatIsAllowed(room)));
    }

    private static void importsOnlyWhatIsAllowed(String room) {
        Set<String> allowed = new TreeSet<>(TABLE.getOrDefault(room, Set.of()));
        allowed.add(room);
        String[] packages = allowed.stream().map(name -> HOME + "." + name).toArray(String[]::new);

        classes()
                .that()
                .resideInAPackage(HOME + "." + room)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(packages).or(resideOutsideOfPackage(HOME + "..")))
                .because("a room that imports only what is below it can be read and tested alone")
                .allowEmptyShould(true)
                .check(broker);
    }

    @Test
    void every_room_is_in_the_table() {
        Set<String> rooms =
                broker.stream()
                        .map(type -> type.getPackageName().substring(HOME.length()))
                        .map(name -> name.isEmpty() ? "(root)" : name.substring(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rooms)
                .as("a new room is put into the table, and with that on a floor")
                .isSubsetOf(TABLE.keySet());
    }

    @Test
    void rooms_form_no_circle() {
        slices().matching(HOME + ".(**)")
                .should()
                .beFreeOfCycles()
                .because("packages in a circle are one package with more files")
                .check(broker);
    }

    @Test
    void a_room_is_a_word_of_the_glossary() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..",
                        "..utils..",
                        "..common..",
                        "..impl..",
                        "..dto..",
                        "..service..",
                        "..manager..",
                        "..helper..")
                .because("such a name says what a class is built like, not what it is for")
                .check(broker);
    }

    @Test
    void the_ssh_library_stays_where_keys_are_read_and_lines_are_held() {
        noClasses()
                .that(not(resideInAPackage(HOME + ".tunnel")))
                .and(not(resideInAPackage(HOME + ".firewall")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.sshd..")
                .because("the SSH library is replaced in two rooms or not at all")
                .check(broker);
    }

    @Test
    void the_contract_is_entered_by_all_and_enters_nobody() {
        noClasses()
                .that()
                .resideInAPackage("io.opnmanager.tunnel.contract..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(HOME + "..")
                .because("clients are generated from it, not from the broker")
                .check(new ClassFileImporter().importPackages("io.opnmanager.tunnel.contract"));
    }

    @Test
    void only_the_request_room_writes_the_request_queue() throws IOException {
        Pattern write =
                Pattern.compile(
                        "\\b(UPDATE|INSERT\\s+(IGNORE\\s+)?INTO|REPLACE\\s+INTO|DELETE\\s+FROM)\\s+`?request_queue\\b",
                        Pattern.CASE_INSENSITIVE);

        assertThat(sourcesWith(write))
                .as("one table, one room: request")
                .isNotEmpty()
                .allMatch(file -> file.startsWith("request/"));
    }

    @Test
    void only_the_class_requests_changes_a_status() throws IOException {
        Pattern move =
                Pattern.compile(
                        "UPDATE\\s+request_queue\\s+SET\\s+status\\s*=|,\\s*\\n?\\s*status\\s*=\\s*:",
                        Pattern.CASE_INSENSITIVE);

        assertThat(sourcesWith(move))
                .as("log line, metric, audit entry and event of a move are made in one place")
                .containsExactly("request/Requests.java");
    }

    private static List<String> sourcesWith(Pattern pattern) throws IOException {
        Path home = SOURCES.resolve(HOME.replace('.', '/'));
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> pattern.matcher(read(file)).find())
                    .map(file -> home.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
