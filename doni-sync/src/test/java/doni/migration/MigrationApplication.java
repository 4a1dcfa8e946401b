package doni.migration;

import doni.hardware.HardwarePropertyValidator;
import doni.hardwaretype.HardwareTypes;
import doni.testing.TestPostgres;
import doni.worker.DistributedLock;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** An inventory of edge devices on a database of its own, in which Balena is not enabled. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@ComponentScan({"doni.task", "doni.event", "doni.policy", "doni.secret", "doni.migration"})
@Import({HardwareTypes.class, HardwarePropertyValidator.class})
class MigrationApplication {

  @Bean
  Clock localClock() {
    return Clock.systemUTC();
  }

  @Bean
  DynamicPropertyRegistrar settings() {
    String url = TestPostgres.newDatabase();
    return registry -> {
      registry.add("spring.datasource.url", () -> url);
      registry.add("spring.datasource.username", () -> TestPostgres.USER);
      registry.add("spring.datasource.password", () -> TestPostgres.PASSWORD);
      registry.add("doni.secrets.keys.test", () -> "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=");
    };
  }

  @Bean
  DistributedLock lock() {
    return new DistributedLock() {
      @Override
      public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
        return work.get();
      }
    };
  }

  @Bean
  HardwareTypeSource type() {
    List<HardwareType> types = List.of(EdgeTypes.type());
    return () -> types;
  }

  @Bean
  Worker k8s() {
    return EdgeTypes.k8s();
  }

  @Bean
  Worker blazar() {
    return EdgeTypes.blazar();
  }

  @Bean
  Worker tunelo() {
    return EdgeTypes.tunelo();
  }
}
