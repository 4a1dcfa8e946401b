package doni.testing;

import doni.hardwaretype.HardwareTypes;
import doni.worker.HardwareTypeSource;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistrar;

/**
 * The inventory and what stands on it, without web, on a database of its own; everybody may enroll.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = {"doni.hardware", "doni.leftover"})
@ComponentScan({
  "doni.hardware",
  "doni.bulkimport",
  "doni.leftover",
  "doni.resync",
  "doni.engine",
  "doni.task",
  "doni.event",
  "doni.availability",
  "doni.secret",
  "doni.policy",
  "doni.readiness",
  "doni.mail",
  "doni.webhook"
})
@Import(HardwareTypes.class)
public class InventoryApplication {

  @Bean
  Clock localClock() {
    return Clock.systemUTC();
  }

  @Bean
  MeterRegistry meters() {
    return new SimpleMeterRegistry();
  }

  @Bean
  DynamicPropertyRegistrar settings() {
    String url = TestPostgres.newDatabase();
    return registry -> {
      registry.add("spring.datasource.url", () -> url);
      registry.add("spring.datasource.username", () -> TestPostgres.USER);
      registry.add("spring.datasource.password", () -> TestPostgres.PASSWORD);
      registry.add("doni.secrets.keys.test", () -> "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=");
      registry.add("doni.quotas.projects.small-project", () -> "1");
      registry.add("doni.policy-file", () -> policy().toString());
    };
  }

  @Bean
  HardwareTypeSource sampleType() {
    return SampleTypes.source();
  }

  @Bean
  Worker sampleWorker() {
    return SampleTypes.worker();
  }

  private static Path policy() {
    try {
      Path file = Files.createTempFile("policy", ".yaml");
      file.toFile().deleteOnExit();
      return Files.writeString(file, "\"hardware:create\": \"@\"\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
