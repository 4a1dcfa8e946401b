package doni.hardwaretype;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigRegistry;

class HardwareTypeConfigurationTests {

  private static final String[] SHIPPED = {
    "raspberrypi3-64",
    "raspberrypi4-64",
    "raspberrypi5",
    "jetson-nano",
    "jetson-xavier-nx-emmc",
    "jetson-agx-orin-devkit",
    "jetson-agx-orin-devkit-64gb",
    "jetson-orin-nano-devkit-nvme",
    "coral-dev"
  };

  private final ApplicationContextRunner bare =
      new ApplicationContextRunner()
          .withBean("localClock", Clock.class, Clock::systemUTC)
          .withUserConfiguration(HardwareTypeConfiguration.class)
          .withInitializer(
              context -> ((AnnotationConfigRegistry) context).scan("doni.machinetype"));

  /** With the file that the service imports. */
  private final ApplicationContextRunner site =
      bare.withPropertyValues("spring.config.location=classpath:machine-types.yml")
          .withInitializer(HardwareTypeConfigurationTests::readFiles);

  @Test
  void shipsTheMachineTypesOfTodaysClients() {
    site.run(context ->
        assertThat(context.getBean(MachineTypeCatalog.class).current().byName())
            .containsOnlyKeys(SHIPPED)
            .containsEntry("raspberrypi5", new MachineType("Raspberry Pi 5", "Raspberry Pi", "5"))
            .allSatisfy((_, type) ->
                assertThat(List.of(type.fullName(), type.vendor(), type.model()))
                    .noneMatch(String::isBlank)));
  }

  @Test
  void takesMoreMachineTypesFromTheConfiguration() {
    site.withPropertyValues(
            "doni.machine-types.toaster-9.full-name=Toaster 9",
            "doni.machine-types.toaster-9.vendor=ACME",
            "doni.machine-types.toaster-9.model=9")
        .run(context -> {
          assertThat(context.getBean(MachineTypeCatalog.class).current().byName())
              .hasSize(SHIPPED.length + 1)
              .containsEntry("toaster-9", new MachineType("Toaster 9", "ACME", "9"));
          assertThat(types(context).findFirst().orElseThrow().fields().getFirst().schema())
              .extractingByKey("enum", InstanceOfAssertFactories.LIST)
              .contains("toaster-9", "coral-dev");
        });
  }

  @Test
  void takesAnotherTextForAShippedMachineType() {
    site.withPropertyValues("doni.machine-types.coral-dev.full-name=Coral")
        .run(context ->
            assertThat(
                    context.getBean(MachineTypeCatalog.class).current().byName().get("coral-dev"))
                .isEqualTo(new MachineType("Coral", "Google", "Coral Dev Board")));
  }

  @ParameterizedTest
  @CsvSource({
    "doni.machine-types.pi.vendor=x, doni.machine-types.pi.full-name",
    "doni.machine-types.pi.full-name=x, doni.machine-types.pi.vendor",
    "doni.machine-types.coral-dev.model=, doni.machine-types.coral-dev.model"
  })
  void refusesAnIncompleteMachineType(String setting, String missing) {
    site.withPropertyValues(setting)
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining(missing)
                .hasMessageContaining("is missing"));
  }

  @Test
  void refusesAMisspelledMemberOfAMachineType() {
    site.withPropertyValues("doni.machine-types.coral-dev.colour=x")
        .run(context -> assertThat(context).hasFailed());
  }

  @Test
  void refusesToGoWithoutMachineTypes() {
    bare.run(context ->
        assertThat(context)
            .getFailure()
            .rootCause()
            .hasMessageContaining("doni.machine-types")
            .hasMessageContaining("is empty; allowed: "));
  }

  @Test
  void offersDevicesWhereNothingIsSaid() {
    site.run(context -> assertThat(names(context)).containsExactly("device.balena"));
  }

  @Test
  void offersTheHardwareTypesOfTheConfigurationInItsOrder() {
    site.withPropertyValues("doni.hardware-types=fake-hardware,baremetal,fake-hardware")
        .run(context -> assertThat(names(context)).containsExactly("fake-hardware", "baremetal"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"doni.hardware-types=toaster", "doni.hardware-types="})
  void refusesUnknownHardwareTypesAndNone(String setting) {
    site.withPropertyValues(setting)
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("doni.hardware-types")
                .hasMessageContaining("allowed: device.balena, baremetal, fake-hardware"));
  }

  @Test
  void refusesAnUnknownWorker() {
    site.withPropertyValues("doni.workers.enabled=k8s,k9s")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("doni.workers.enabled")
                .hasMessageContaining("'k9s'")
                .hasMessageContaining("blazar.physical_host, fake-worker, ironic, k8s, tunelo"));
  }

  private static Stream<HardwareType> types(ConfigurableApplicationContext context) {
    return context.getBean(HardwareTypeSource.class).types().stream();
  }

  private static List<String> names(ConfigurableApplicationContext context) {
    return types(context).map(HardwareType::name).toList();
  }

  private static void readFiles(ConfigurableApplicationContext context) {
    ConfigDataEnvironmentPostProcessor.applyTo(context.getEnvironment());
  }
}
