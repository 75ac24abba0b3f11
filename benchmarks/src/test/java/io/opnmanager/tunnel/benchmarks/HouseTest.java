package io.opnmanager.tunnel.benchmarks;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.opnmanager.tunnel.benchmarks",
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {

    private static final String HOME = "io.opnmanager.tunnel.benchmarks";

    @ArchTest
    static final ArchRule parts_do_not_know_who_measures_with_them =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .withOptionalLayers(true)
                    .layer("parts")
                    .definedBy(
                            HOME + ".machine..",
                            HOME + ".site..",
                            HOME + ".peer..",
                            HOME + ".load..",
                            HOME + ".network..",
                            HOME + ".fleet..")
                    .layer("experiments")
                    .definedBy(HOME + ".experiment..")
                    .whereLayer("experiments")
                    .mayNotBeAccessedByAnyLayer()
                    .because("a source of load that knows its experiment serves no other");

    @ArchTest
    static final ArchRule no_circles =
            slices().matching(HOME + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("packages in a circle are one package with more files");
}
