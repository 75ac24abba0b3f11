package io.opnmanager.tunnel.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.opnmanager.tunnel.contract.call.Calls;

@AnalyzeClasses(
        packages = "io.opnmanager.tunnel.agent",
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    private static final String HOME = "io.opnmanager.tunnel.agent";

    @ArchTest
    static final ArchRule arrowsGoDown =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("commands")
                    .definedBy(HOME)
                    .layer("poll")
                    .definedBy(HOME + ".poll")
                    .layer("update")
                    .definedBy(HOME + ".update")
                    .layer("status")
                    .definedBy(HOME + ".status")
                    .layer("tunnel")
                    .definedBy(HOME + ".tunnel")
                    .layer("transport")
                    .definedBy(HOME + ".transport")
                    .layer("broker")
                    .definedBy(HOME + ".broker")
                    .whereLayer("commands")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("poll")
                    .mayOnlyBeAccessedByLayers("commands")
                    .whereLayer("update")
                    .mayOnlyBeAccessedByLayers("commands", "poll")
                    .whereLayer("status")
                    .mayOnlyBeAccessedByLayers("commands")
                    .whereLayer("tunnel")
                    .mayOnlyBeAccessedByLayers("commands", "poll", "status")
                    .whereLayer("transport")
                    .mayOnlyBeAccessedByLayers("commands", "tunnel")
                    .whereLayer("broker")
                    .mayOnlyBeAccessedByLayers(
                            "commands", "poll", "update", "status", "tunnel", "transport")
                    .because("a newcomer reads from the top down and never in a circle");

    @ArchTest
    static final ArchRule noCircles =
            slices().matching(HOME + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("packages in a circle are one package with more files");

    @ArchTest
    static final ArchRule sshStaysInTransport =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(HOME + ".transport")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.apache.sshd..")
                    .because("the SSH library is replaced in one place or not at all");

    @ArchTest
    static final ArchRule httpStaysInBroker =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(HOME + ".broker")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.net.http..", "javax.net.ssl..")
                    .orShould()
                    .dependOnClassesThat()
                    .belongToAnyOf(Calls.class)
                    .because("trust in the broker's certificate is decided in one place");

    @ArchTest
    static final ArchRule loadsLittle =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.fasterxml.jackson.databind..",
                            "jakarta.ws.rs..",
                            "io.vertx..",
                            "io.netty..",
                            "org.bouncycastle..")
                    .because("an idle agent keeps what it has loaded (ADR 0038)");

    @ArchTest
    static final ArchRule nobodyRunsCommands =
            noClasses()
                    .that()
                    // Its one command is fixed: systemd-notify, with a word of ours.
                    .doNotHaveSimpleName("ServiceManager")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ProcessBuilder.class, Runtime.class)
                    .because("no word from outside may ever become a command on the firewall");
}
