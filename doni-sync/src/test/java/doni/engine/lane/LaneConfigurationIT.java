package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore;
import doni.hardwaretype.HardwareTypes;
import doni.secret.SecretEncryptor;
import doni.testing.PlainEncryptor;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class LaneConfigurationIT {

  private final TestInventory inventory = new TestInventory();
  private final TestWorker worker = TestWorker.agreeing("k8s");
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  JacksonAutoConfiguration.class,
                  JdbcTemplateAutoConfiguration.class,
                  JdbcClientAutoConfiguration.class,
                  DataSourceTransactionManagerAutoConfiguration.class))
          .withUserConfiguration(
              LaneConfiguration.class, HardwareTypes.class, HardwareEventStore.class)
          .withBean(Clock.class, Clock::systemUTC)
          .withBean(DataSource.class, () -> inventory.connect(10))
          .withBean(SecretEncryptor.class, PlainEncryptor::new)
          .withBean(SignalRecorder.class, () -> SignalRecorder.NONE)
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(HardwareTypeSource.class, LaneConfigurationIT::types)
          .withBean(TestWorker.class, () -> worker);

  private static HardwareTypeSource types() {
    HardwareType type = new HardwareType("sample", List.of("k8s"), List.of());
    return () -> List.of(type);
  }

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void runsTheLanesOfTheEnabledWorkersAsLongAsTheServiceRuns() {
    HardwareId id = inventory.device("wired");

    runner.run(context -> {
      new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
          .executeWithoutResult(
              _ -> context.getBean(TaskRequeuer.class).enroll(id, List.of("k8s")));
      await().until(() -> inventory.state(id, "k8s").equals("STEADY"));
    });

    assertThat(worker.stopped()).isTrue();
  }

  @Test
  void doesNotStartWithASettingForALaneThatDoesNotExist() {
    runner
        .withPropertyValues("doni.sync.lanes.kubernetes.concurrency=5")
        .run(context ->
            assertThat(context.getStartupFailure())
                .rootCause()
                .hasMessageContaining("doni.sync.lanes.kubernetes.concurrency"));
  }
}
