package dev.fairlead;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * The shape of the house: who may know whom. Every module's classes are on this module's class
 * path.
 */
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.fairlead");

    @Test
    void packagesAreAcyclic() {
        slices().matching("dev.fairlead.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void agentModelIsPlainJava() {
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "com.google.protobuf..",
                        "io.grpc..",
                        "io.envoyproxy..",
                        "dev.fairlead.agent.control..",
                        "dev.fairlead.agent.data..",
                        "dev.fairlead.agent.ops..")
                .check(CLASSES);
    }

    @Test
    void controlAndDataDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent.control..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.fairlead.agent.data..", "dev.fairlead.agent.ops..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.fairlead.agent.control..", "dev.fairlead.agent.ops..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent.ops..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.fairlead.agent.control..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCompositionRootKnowsAll() {
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent.*..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.fairlead.agent"))
                .check(CLASSES);
    }

    @Test
    void envoysTypesStayAtTheWire() {
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead..")
                .and()
                .resideOutsideOfPackages(
                        "dev.fairlead.agent.control.xds..",
                        "dev.fairlead.pilot.generate..",
                        "dev.fairlead.pilot.serve..",
                        "dev.fairlead.cli.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.envoyproxy..")
                .check(CLASSES);
    }

    @Test
    void modulesOfOneProcessDoNotKnowAnothers() {
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.agent..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.fairlead.pilot..", "dev.fairlead.ca..", "dev.fairlead.lab..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.fairlead.pilot..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.fairlead.agent..", "dev.fairlead.ca..", "dev.fairlead.lab..")
                .check(CLASSES);
    }
}
