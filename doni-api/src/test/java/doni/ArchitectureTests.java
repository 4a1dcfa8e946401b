package doni;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.data.jpa.repository.Query;

/** The map of the code: which package may use which, and what no code may do. */
@AnalyzeClasses(
    packages = "doni",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTests.DoNotIncludeSimulator.class
    })
class ArchitectureTests {

  /** The simulated site serves tests only, which may have it on their class path. */
  static final class DoNotIncludeSimulator implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/src/test/simulator/");
    }
  }

  private static final String[] FEATURES = {
    "doni.hardware", "doni.bulkimport", "doni.leftover", "doni.readiness", "doni.resync"
  };

  @ArchTest static final ArchRule enrollmentIsValues = ours("doni.enrollment", "doni.enrollment");

  @ArchTest
  static final ArchRule contractUsesEnrollmentOnly =
      ours("doni.worker", "doni.worker", "doni.enrollment");

  @ArchTest
  static final ArchRule backendCallsUseTheContractOnly =
      ours("doni.backend", "doni.backend", "doni.worker");

  @ArchTest
  static final ArchRule convergenceUsesTheContract =
      ours(
          "doni.convergence", "doni.convergence", "doni.backend", "doni.worker", "doni.enrollment");

  @ArchTest
  static final ArchRule openStackUsesBackendCalls =
      ours("doni.openstack", "doni.openstack", "doni.backend", "doni.worker", "doni.enrollment");

  @ArchTest
  static final ArchRule workersUseContractAndSupport =
      classes()
          .that()
          .resideInAPackage("doni.worker.(*)..")
          .should(
              onlyDependOnClassesThat(
                  notOurs()
                      .or(
                          resideInAnyPackage(
                              "doni.enrollment",
                              "doni.worker",
                              "doni.backend",
                              "doni.convergence",
                              "doni.openstack",
                              "doni.machinetype"))
                      .or(resideInAPackage("doni.worker.."))))
          .because("an integration is one package behind the contract");

  @ArchTest
  static final ArchRule workersDoNotUseEachOther =
      slices()
          .matching("doni.worker.(*)..")
          .should()
          .notDependOnEachOther()
          .because("an integration can be added or removed without changes to the others");

  @ArchTest
  static final ArchRule machineTypesAreData = ours("doni.machinetype", "doni.machinetype");

  @ArchTest
  static final ArchRule hardwareTypes =
      ours(
          "doni.hardwaretype",
          "doni.hardwaretype",
          "doni.machinetype",
          "doni.worker",
          "doni.enrollment",
          "doni.worker.k8s");

  @ArchTest
  static final ArchRule database =
      ours("doni.database", "doni.database", "doni.backend", "doni.worker");

  @ArchTest static final ArchRule refusals = ours("doni.request", "doni.request");

  @ArchTest
  static final ArchRule policyUsesRefusalsOnly = ours("doni.policy", "doni.policy", "doni.request");

  @ArchTest
  static final ArchRule secrets =
      ours(
          "doni.secret",
          "doni.secret",
          "doni.hardwaretype",
          "doni.worker",
          "doni.enrollment",
          "doni.database");

  @ArchTest
  static final ArchRule events =
      ours(
          "doni.event",
          "doni.event",
          "doni.policy",
          "doni.request",
          "doni.enrollment",
          "doni.database");

  @ArchTest
  static final ArchRule tasks =
      ours(
          "doni.task",
          "doni.task",
          "doni.secret",
          "doni.hardwaretype",
          "doni.database",
          // What two messages about a backend have in common.
          "doni.backend",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule attemptsUseTasksAndTheContract =
      ours(
          "doni.engine.attempt",
          "doni.engine.attempt",
          "doni.task",
          "doni.convergence",
          "doni.backend",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule lanesUseAttempts =
      ours(
          "doni.engine.lane",
          "doni.engine.lane",
          "doni.engine.attempt",
          // How a listing of the whole site fails.
          "doni.backend",
          "doni.task",
          "doni.secret",
          "doni.event",
          "doni.hardwaretype",
          "doni.database",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule availabilityJudgesSignals =
      ours(
          "doni.availability",
          "doni.availability",
          // Whether this replica runs lanes.
          "doni.engine.lane",
          "doni.event",
          "doni.database",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule featuresUseTheEngine =
      classes()
          .that()
          .resideInAnyPackage(FEATURES)
          .should(
              onlyDependOnClassesThat(
                  notOurs()
                      .or(resideInAnyPackage(FEATURES))
                      .or(
                          resideInAnyPackage(
                              "doni.availability",
                              "doni.engine..",
                              "doni.task",
                              "doni.event",
                              "doni.secret",
                              "doni.policy",
                              "doni.request",
                              "doni.database",
                              "doni.hardwaretype",
                              "doni.convergence",
                              "doni.worker",
                              "doni.enrollment"))))
          .because("a feature calls down into the engine and the tables, never up into the API");

  @ArchTest
  static final ArchRule migrationsUseTheTables =
      ours(
          "doni.migration",
          "doni.migration",
          "doni.hardware",
          "doni.task",
          "doni.secret",
          "doni.event",
          "doni.database",
          "doni.request",
          "doni.hardwaretype",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule webhooksSendEvents =
      ours(
          "doni.webhook",
          "doni.webhook",
          "doni.event",
          "doni.secret",
          "doni.database",
          "doni.enrollment",
          "doni.backend");

  @ArchTest
  static final ArchRule mailAnswersWhatOwnersAreTold =
      ours(
          "doni.mail",
          "doni.mail",
          "doni.readiness",
          "doni.hardware",
          "doni.task",
          // The links to the console.
          "doni.event",
          "doni.database",
          "doni.hardwaretype",
          "doni.worker",
          "doni.enrollment");

  @ArchTest
  static final ArchRule onlyLanesKnowTheScheduler =
      noClasses()
          .that()
          .resideOutsideOfPackage("doni.engine.lane")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.github.kagkarlsson..")
          .because("one place decides when a task is due");

  @ArchTest
  static final ArchRule onlyTheApiKnowsTheWeb =
      noClasses()
          .that()
          .resideInAnyPackage(
              "doni.enrollment..",
              "doni.worker..",
              "doni.backend..",
              "doni.convergence..",
              "doni.openstack..",
              "doni.hardwaretype..",
              "doni.machinetype..",
              "doni.database..",
              "doni.request..",
              "doni.secret..",
              "doni.event..",
              "doni.availability..",
              "doni.task..",
              "doni.engine..",
              "doni.hardware..",
              "doni.bulkimport..",
              "doni.leftover..",
              "doni.resync..",
              "doni.policy..",
              "doni.readiness..",
              "doni.mail..",
              "doni.migration..",
              "doni.webhook..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.springframework.web..", "org.springframework.http..", "jakarta.servlet..")
          .because("status codes are the API's business");

  @ArchTest
  static final ArchRule apiDoesNotKnowTheConsole =
      noClasses()
          .that()
          .resideInAPackage("doni.api..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("doni.console")
          .because("the console uses what the API uses, and can be switched off");

  @ArchTest
  static final ArchRule entitiesStayInTheirPackage =
      classes()
          .that()
          .areAnnotatedWith(jakarta.persistence.Entity.class)
          .should()
          .bePackagePrivate()
          .because("what leaves a feature is a record, which cannot be changed by accident");

  @ArchTest
  static final ArchRule twoWaysToTheDatabase =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Configuration")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(org.springframework.jdbc.core.JdbcOperations.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(
              org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(jakarta.persistence.EntityManager.class)
          .because("Spring Data repositories and JdbcClient are enough");

  @ArchTest
  static final ArchRule noNativeQueries =
      noMethods()
          .should(
              new ArchCondition<JavaMethod>("use a native query") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                  boolean isNative =
                      method
                          .tryGetAnnotationOfType(Query.class)
                          .map(Query::nativeQuery)
                          .orElse(false);
                  events.add(new SimpleConditionEvent(method, isNative, method.getFullName()));
                }
              })
          .because("hand-written SQL is in a store, where JdbcClient runs it");

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
          // A command ends before its clock matters, and shares it with no replica.
          .and()
          .doNotHaveFullyQualifiedName("doni.client.UtcTime")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(LocalDate.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(OffsetDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callConstructor(Date.class)
          .because("tests move the clock; only the wiring in doni makes it")
          .as("no class but the wiring asks the system for the time");

  /** All others get the clock of the database, which takes precedence. */
  @ArchTest
  static final ArchRule onlyTimesOfThisMachineAreComparedWithItsClock =
      methods()
          .that(
              new DescribedPredicate<JavaMethod>("ask for the local clock") {
                @Override
                public boolean test(JavaMethod method) {
                  return method.getParameters().stream()
                      .flatMap(
                          parameter -> parameter.tryGetAnnotationOfType(Qualifier.class).stream())
                      .anyMatch(qualifier -> qualifier.value().equals("localClock"));
                }
              })
          .should()
          .beDeclaredInClassesThat()
          .haveNameMatching(
              "doni\\.(database\\.Database|policy\\.Policy|machinetype\\.MachineType|api\\.admission\\.Admission|api\\.management\\.ManagementPort)Configuration")
          .because("replicas compare times, and their own clocks differ");

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
