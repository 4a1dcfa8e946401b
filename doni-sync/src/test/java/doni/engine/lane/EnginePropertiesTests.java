package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class EnginePropertiesTests {

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(EngineProperties.class)
  static class Config {}

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner().withUserConfiguration(Config.class);

  @Test
  void hasDefaults() {
    runner.run(context ->
        assertThat(context.getBean(EngineProperties.class))
            .isEqualTo(
                new EngineProperties(
                    true,
                    Duration.ofHours(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(20),
                    Duration.ofDays(30),
                    Map.of())));
  }

  @ParameterizedTest
  @CsvSource({"k8s, 50", "tunelo, 10", "balena, 10", "blazar.device, 4", "ironic, 10", "new, 10"})
  void hasAUsualConcurrencyForEveryLane(String worker, int concurrency) {
    runner.run(context ->
        assertThat(context.getBean(EngineProperties.class).lane(worker).concurrency())
            .isEqualTo(concurrency));
  }

  @ParameterizedTest
  @CsvSource({
    "doni.sync.lanes.k8s.concurrency=7, k8s",
    "doni.sync.lanes.blazar.device.concurrency=7, blazar.device",
    "doni.sync.lanes.blazar.physical_host.concurrency=7, blazar.physical_host",
    "doni.sync.lanes.fake-worker.concurrency=7, fake-worker"
  })
  void readsTheConcurrencyOfALane(String property, String worker) {
    runner
        .withPropertyValues(property)
        .run(context ->
            assertThat(context.getBean(EngineProperties.class).lane(worker).concurrency())
                .isEqualTo(7));
  }

  @ParameterizedTest
  @CsvSource({
    "DONI_SYNC_LANES_BLAZAR_PHYSICAL_HOST_CONCURRENCY, blazar.physical_host",
    "DONI_SYNC_LANES_FAKE_WORKER_CONCURRENCY, fake-worker",
    "DONI_SYNC_LANES_K8S_CONCURRENCY, k8s"
  })
  void readsTheConcurrencyFromTheEnvironment(String variable, String worker) {
    runner
        .withInitializer(context ->
            context
                .getEnvironment()
                .getPropertySources()
                .addFirst(
                    new SystemEnvironmentPropertySource(
                        "test-systemEnvironment", Map.of(variable, "7"))))
        .run(context ->
            assertThat(context.getBean(EngineProperties.class).lane(worker).concurrency())
                .isEqualTo(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "doni.sync.resync-intervall=1h",
        "doni.sync.resync-interval=0s",
        "doni.sync.poll-interval=-1s",
        "doni.sync.stop-grace=-1s",
        "doni.sync.lanes.k8s.concurrency=0",
        "doni.sync.lanes.k8s.concurency=5",
        "doni.sync.lanes.k8s.concurrency=many",
        "doni.sync.lanes.k8s.resync-interval=0s",
        "doni.sync.lanes.k8s.resync-interval=often",
        "doni.sync.lanes.k8s.drift=maybe",
        "doni.sync.enabled=maybe"
      })
  void refusesWhatIsNotAllowed(String property) {
    runner.withPropertyValues(property).run(context -> assertThat(context).hasFailed());
  }

  @Test
  void hasOneRoutineForAllLanes() {
    runner
        .withPropertyValues("doni.sync.resync-interval=2h")
        .run(context ->
            assertThat(context.getBean(EngineProperties.class).resyncPolicy("k8s"))
                .isEqualTo(new ResyncPolicy(Duration.ofHours(2), DriftMode.ENFORCE)));
  }

  @ParameterizedTest
  @CsvSource({"blazar.device, blazar.device", "blazar.physical_host, blazar.physical_host"})
  void readsTheRoutineOfALane(String key, String worker) {
    runner
        .withPropertyValues(
            "doni.sync.lanes." + key + ".resync-interval=30m",
            "doni.sync.lanes." + key + ".drift=report")
        .run(context ->
            assertThat(context.getBean(EngineProperties.class).resyncPolicy(worker))
                .isEqualTo(new ResyncPolicy(Duration.ofMinutes(30), DriftMode.REPORT)));
  }

  @Test
  void readsTheRoutineFromTheEnvironment() {
    runner
        .withInitializer(context ->
            context
                .getEnvironment()
                .getPropertySources()
                .addFirst(
                    new SystemEnvironmentPropertySource(
                        "test-systemEnvironment",
                        Map.of(
                            "DONI_SYNC_LANES_K8S_RESYNC_INTERVAL", "30m",
                            "DONI_SYNC_LANES_K8S_DRIFT", "ignore"))))
        .run(context ->
            assertThat(context.getBean(EngineProperties.class).resyncPolicy("k8s"))
                .isEqualTo(new ResyncPolicy(Duration.ofMinutes(30), DriftMode.IGNORE)));
  }

  @Test
  void namesAllDriftModes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            TestReplica.properties(
                Duration.ofSeconds(1), Duration.ZERO, Map.of("k8s.drift", "off")))
        .withMessage(
            "doni.sync.lanes.k8s.drift: off is not allowed; allowed: enforce, report, ignore, shadow");
    assertThat(
            TestReplica.properties(
                    Duration.ofSeconds(1), Duration.ZERO, Map.of("k8s.drift", "shadow"))
                .resyncPolicy("k8s")
                .isShadow())
        .isTrue();
  }

  @Test
  void namesTheKeyOfARefusedValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            TestReplica.properties(
                Duration.ofSeconds(1), Duration.ZERO, Map.of("k8s.concurrency", "0")))
        .withMessage("doni.sync.lanes.k8s.concurrency: 0 is not allowed; allowed: 1 to 1000");
  }

  @Test
  void refusesALaneThatDoesNotExist() {
    EngineProperties properties =
        TestReplica.properties(
            Duration.ofSeconds(1), Duration.ZERO, Map.of("kubernetes.concurrency", "5"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> properties.checkLaneNames(List.of("k8s")))
        .withMessageContaining("doni.sync.lanes.kubernetes.concurrency");
  }
}
