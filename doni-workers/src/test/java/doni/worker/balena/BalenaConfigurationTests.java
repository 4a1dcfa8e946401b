package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.Worker;
import doni.worker.WorkerField;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@NullMarked
class BalenaConfigurationTests {

  private static final String PREFIX = "doni.workers.balena.";

  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(
              MachineTypeCatalog.class,
              () ->
                  MachineTypeCatalog.of(
                      new MachineTypes(Map.of("pi", new MachineType("Pi", "Raspberry", "4")))))
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(Clock.class, Clock::systemUTC)
          .withPropertyValues("doni.workers.enabled=k8s,balena")
          .withUserConfiguration(BalenaConfiguration.class);

  @Test
  void isAbsentUnlessEnabled() {
    site.withPropertyValues("doni.workers.enabled=k8s")
        .run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @Test
  void declaresTheApplicationCredential() {
    site.run(context ->
        assertThat(context.getBean(Worker.class).fields())
            .extracting(
                WorkerField::name,
                WorkerField::required,
                WorkerField::hidden,
                WorkerField::masked,
                WorkerField::encrypted)
            .containsExactly(
                org.assertj.core.groups.Tuple.tuple(
                    "application_credential_id", true, true, false, false),
                org.assertj.core.groups.Tuple.tuple(
                    "application_credential_secret", true, true, true, true)));
  }

  @Test
  void pausesTheLaneWithoutAnEndpoint() {
    assertPaused("doni.workers.balena.api-endpoint is not set", "api-token=key");
  }

  @Test
  void pausesTheLaneWithoutAToken() {
    assertPaused(
        "doni.workers.balena.api-token is not set", "api-endpoint=https://api.example.com");
  }

  private void assertPaused(String reason, String setting) {
    site.withPropertyValues(PREFIX + setting)
        .run(context ->
            assertThat(context.getBean(Worker.class).lanePause())
                .hasValueSatisfying(pause -> assertThat(pause.reason()).isEqualTo(reason)));
  }

  @Test
  void runsWithAnEndpointAndAToken() {
    site.withPropertyValues(PREFIX + "api-endpoint=https://api.example.com", PREFIX + "api-token=k")
        .run(context -> assertThat(context.getBean(Worker.class).lanePause()).isEmpty());
  }

  @Test
  void runsInMemoryWithoutBalena() {
    site.withPropertyValues(PREFIX + "backend=in-memory")
        .run(context -> assertThat(context.getBean(Worker.class).lanePause()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          api-endpoint                 ; ftp://x                  ; 'ftp://x'; http or https
          api-endpoint                 ; https://x/v7             ; 'https://x/v7'; without a version
          api-endpoint                 ; https://u:p@x            ; api-endpoint; http or https
          api-token                    ; two words                ; '************'; without spaces
          device-fleet-mapping.pi      ; a/b/c                    ; 'a/b/c'; organization/name
          credential-service-name      ; two words                ; 'two words'; the name of a service
          vpn-endpoint                 ; https://vpn.x            ; 'https://vpn.x'; without a scheme
          registry-endpoint            ; reg/x                    ; 'reg/x'; without a scheme
          delta-endpoint               ; delta.x                  ; 'delta.x'; http or https
          read-timeout                 ; 0s                       ; 'PT0S'; at most 5m
          connect-timeout              ; 1h                       ; 'PT1H'; at most 5m
          backend                      ; resin                    ; 'resin'; balena, in-memory
          """)
  void anInvalidValueIsRefusedWithKeyAndAllowedValues(
      String key, String value, String shown, String allowed) {
    site.withPropertyValues(PREFIX + key + "=" + value)
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining(PREFIX + key)
                .hasMessageContaining(shown)
                .hasMessageContaining(allowed));
  }

  @Test
  void anUnknownSettingIsRefused() {
    site.withPropertyValues(PREFIX + "token=x")
        .run(context ->
            assertThat(context).getFailure().rootCause().hasMessageContaining(PREFIX + "token"));
  }
}
