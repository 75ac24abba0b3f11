package io.opnmanager.tunnel.quickconnect;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.opnmanager.tunnel.quickconnect",
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {

    @ArchTest
    static final ArchRule knowsTheContractOnly =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.opnmanager.tunnel.agent..",
                            "io.opnmanager.tunnel.broker..",
                            "io.opnmanager.tunnel.contract.operator..")
                    .because(
                            "it asks one question; parts share the wire contract and nothing else");

    @ArchTest
    static final ArchRule opensNoTunnel =
            noClasses()
                    .that()
                    // Its one command is fixed: systemd-notify, with a word of ours.
                    .doNotHaveSimpleName("ServiceManager")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.sshd..", "com.jcraft..")
                    .orShould()
                    .dependOnClassesThat()
                    .belongToAnyOf(
                            ProcessBuilder.class,
                            Runtime.class,
                            java.nio.channels.ServerSocketChannel.class)
                    .because("tunnels are the agent's; this program neither opens nor kills one");

    @ArchTest
    static final ArchRule loadsLittle =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.fasterxml.jackson.databind..",
                            "jakarta.ws.rs..",
                            "io.vertx..",
                            "io.netty..")
                    .because("a program that waits keeps what it has loaded (ADR 0038)");

    @ArchTest
    static void staysAHandfulOfFiles(JavaClasses classes) {
        assertThat(classes.stream().filter(c -> c.isTopLevelClass()).count())
                .as("top-level classes")
                .isLessThanOrEqualTo(18);
    }
}
