package doni.migration;

import doni.testing.TestPostgres;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import doni.worker.SiteLock;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** An inventory of edge devices on a database of its own, in which Balena is not enabled. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan("doni.inventory")
@ComponentScan({"doni.inventory", "doni.migration"})
class MigrationApplication {

  @Bean
  Clock clock() {
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
  SiteLock lock() {
    return new SiteLock() {
      @Override
      public <T> T holding(String name, Duration patience, Supplier<T> work) {
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
