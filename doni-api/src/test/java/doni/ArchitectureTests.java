package doni;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The map of the code: which package may use which, and what nobody may do. Each rule says why. */
@AnalyzeClasses(packages = "doni", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

  @ArchTest static final ArchRule devicesAreValues = ours("doni.device", "doni.device");

  @ArchTest
  static final ArchRule theContractKnowsDevicesOnly =
      ours("doni.worker", "doni.worker", "doni.device");

  @ArchTest
  static final ArchRule aRemoteCallKnowsTheContractOnly =
      ours("doni.remote", "doni.remote", "doni.worker");

  @ArchTest
  static final ArchRule openStackKnowsTheRemoteAndTheContract =
      ours("doni.openstack", "doni.openstack", "doni.remote", "doni.worker", "doni.device");

  @ArchTest
  static final ArchRule workersKnowTheContractTheDeviceAndTheRemote =
      classes()
          .that()
          .resideInAPackage("doni.worker.(*)..")
          .should(
              onlyDependOnClassesThat(
                  notOurs()
                      .or(
                          resideInAnyPackage(
                              "doni.device",
                              "doni.worker",
                              "doni.remote",
                              "doni.openstack",
                              "doni.machinetype"))
                      .or(resideInAPackage("doni.worker.."))))
          .because("an integration is one package behind the contract");

  @ArchTest
  static final ArchRule workersDoNotKnowEachOther =
      slices()
          .matching("doni.worker.(*)..")
          .should()
          .notDependOnEachOther()
          .because("an integration can be added or dropped without looking at the others");

  @ArchTest
  static final ArchRule machineTypesAreData = ours("doni.machinetype", "doni.machinetype");

  @ArchTest
  static final ArchRule hardwareTypes =
      ours(
          "doni.hardwaretype",
          "doni.hardwaretype",
          "doni.machinetype",
          "doni.worker",
          "doni.device",
          "doni.worker.k8s");

  @ArchTest
  static final ArchRule theInventoryKnowsNoEngineAndNoWeb =
      ours("doni.inventory", "doni.inventory", "doni.worker", "doni.device");

  @ArchTest
  static final ArchRule policyKnowsRefusalsOnly =
      ours("doni.policy", "doni.policy", "doni.inventory");

  @ArchTest
  static final ArchRule anAttemptKnowsInventoryAndContract =
      ours("doni.reconcile", "doni.reconcile", "doni.inventory", "doni.worker", "doni.device");

  @ArchTest
  static final ArchRule lanes =
      ours(
          "doni.lane",
          "doni.lane",
          "doni.reconcile",
          "doni.inventory",
          "doni.worker",
          "doni.device");

  @ArchTest
  static final ArchRule useCases =
      ours(
          "doni.intake",
          "doni.intake",
          "doni.policy",
          "doni.lane",
          "doni.reconcile",
          "doni.inventory",
          "doni.worker",
          "doni.device");

  @ArchTest
  static final ArchRule aMigrationKnowsInventoryAndContract =
      ours("doni.migration", "doni.migration", "doni.inventory", "doni.worker", "doni.device");

  @ArchTest
  static final ArchRule webhooksTellWhatTheInventoryRecords =
      ours("doni.webhook", "doni.webhook", "doni.inventory", "doni.device", "doni.remote");

  @ArchTest
  static final ArchRule onlyLanesKnowTheScheduler =
      noClasses()
          .that()
          .resideOutsideOfPackage("doni.lane")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.github.kagkarlsson..")
          .because("when something is looked at is decided in one place");

  @ArchTest
  static final ArchRule onlyTheApiKnowsTheWeb =
      noClasses()
          .that()
          .resideInAnyPackage(
              "doni.device..",
              "doni.worker..",
              "doni.openstack..",
              "doni.inventory..",
              "doni.intake..",
              "doni.lane..",
              "doni.migration..",
              "doni.reconcile..",
              "doni.policy..",
              "doni.webhook..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.springframework.web..", "org.springframework.http..", "jakarta.servlet..")
          .because("status codes are the API's business");

  @ArchTest
  static final ArchRule entitiesStayInTheInventory =
      classes()
          .that()
          .areAnnotatedWith(jakarta.persistence.Entity.class)
          .should()
          .bePackagePrivate()
          .andShould()
          .resideInAPackage("doni.inventory")
          .because("what leaves the inventory is a record that nobody can change by accident");

  @ArchTest
  static final ArchRule noCycles = slices().matching("doni.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingSleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class)
          .because("a thread that sleeps cannot be stopped or tested; wait for the thing itself");

  @ArchTest
  static final ArchRule timeIsPassedIn =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("doni.DoniConfiguration")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("tests move the clock; only the wiring in doni makes it")
          .as("no class but the wiring asks the system for the time");

  @ArchTest
  static final ArchRule settingsAreRecords =
      noFields()
          .should()
          .beAnnotatedWith(org.springframework.beans.factory.annotation.Value.class)
          .orShould()
          .beAnnotatedWith(org.springframework.beans.factory.annotation.Autowired.class)
          .because("a class that can be made has all it needs");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes()
          .that()
          .haveSimpleName("package-info")
          .should()
          .beAnnotatedWith(NullMarked.class)
          .because("null is the marked case");

  private static ArchRule ours(String subject, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(subject)
        .should(onlyDependOnClassesThat(notOurs().or(resideInAnyPackage(allowed))))
        .as(subject + " uses of ours only " + String.join(", ", Stream.of(allowed).toList()))
        .because("dependencies point one way: api -> sync -> workers");
  }

  private static com.tngtech.archunit.base.DescribedPredicate<JavaClass> notOurs() {
    return com.tngtech.archunit.base.DescribedPredicate.not(resideInAPackage("doni.."));
  }
}
