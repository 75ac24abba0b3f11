package io.opnmanager.tunnel.tunnelctl;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.http.HttpClient;

@AnalyzeClasses(
        packages = "io.opnmanager.tunnel.tunnelctl",
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {

    private static final String HOME = "io.opnmanager.tunnel.tunnelctl";

    @ArchTest
    static final ArchRule arrowsGoDown =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("door")
                    .definedBy(HOME)
                    .layer("command")
                    .definedBy(HOME + ".command")
                    .layer("operations")
                    .definedBy(HOME + ".operations")
                    .layer("remote")
                    .definedBy(HOME + ".remote")
                    .layer("broker")
                    .definedBy(HOME + ".broker")
                    .whereLayer("door")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("command")
                    .mayOnlyBeAccessedByLayers("door")
                    .whereLayer("operations")
                    .mayOnlyBeAccessedByLayers("door", "command")
                    .whereLayer("remote")
                    .mayOnlyBeAccessedByLayers("command", "operations")
                    .whereLayer("broker")
                    .mayOnlyBeAccessedByLayers("command", "operations", "remote")
                    .because("a newcomer reads from the top down and never in a circle");

    @ArchTest
    static final ArchRule noCircles =
            slices().matching(HOME + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("packages in a circle are one package with more files");

    @ArchTest
    static final ArchRule wordsOnTheScreenAreOfCommands =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(HOME + ".command")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..")
                    .because("what an operator does can be done without a command line");

    @ArchTest
    static final ArchRule commandsAreRunByCommands =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(HOME + ".command")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ProcessBuilder.class, Runtime.class)
                    .because("what is run on an operator's machine is seen in one place");

    @ArchTest
    static final ArchRule httpStaysInBroker =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(HOME + ".broker")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(HttpClient.class)
                    .because("the credential is sent from one place");
}
