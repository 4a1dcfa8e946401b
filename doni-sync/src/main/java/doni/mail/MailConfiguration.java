package doni.mail;

import doni.database.BackgroundDatabaseGauge;
import doni.event.ConsoleLinks;
import doni.hardware.HardwareReader;
import doni.hardwaretype.HardwareTypes;
import doni.readiness.ReadinessService;
import doni.task.LanePauseReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the mail to owners; off unless {@code doni.mail.host} is set. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MailProperties.class)
class MailConfiguration {

  private static final int SHORTEST_WAIT_SECONDS = 10;
  private static final int LONGEST_WAIT_SECONDS = 300;

  /** The parts that exist only where mail is sent. */
  @Configuration(proxyBeanMethods = false)
  @Conditional(MailServerConfigured.class)
  static class EnabledMail {

    @Bean
    MailServer mailServer(MailProperties settings, Clock clock) {
      return new MailServer(settings, clock);
    }

    @Bean
    OwnerMailStore ownerMailStore(
        JdbcClient jdbc,
        PlatformTransactionManager transactions,
        MailProperties settings,
        MeterRegistry meters) {
      OwnerMailStore store =
          new OwnerMailStore(jdbc, new TransactionTemplate(transactions), settings.quietPeriod());
      BackgroundDatabaseGauge.register(
          meters, "doni.mail.failing", Tags.empty(), "seconds", store::failingSeconds);
      return store;
    }

    @Bean
    OwnerMailSender ownerMailSender(
        OwnerMailStore store,
        MailServer server,
        MailProperties settings,
        ConsoleLinks links,
        MeterRegistry meters,
        Clock clock) {
      return new OwnerMailSender(
          store,
          server,
          new OwnerMailWriter(links, settings.quietPeriod()),
          MailConfiguration::backOff,
          meters,
          clock);
    }

    @Bean
    OwnerProblemMonitor ownerProblemMonitor(
        JdbcClient jdbc,
        MailProperties settings,
        HardwareReader hardware,
        ReadinessService readiness,
        HardwareTypes types,
        LanePauseReader pauses,
        PlatformTransactionManager transactions,
        Clock clock) {
      return new OwnerProblemMonitor(
          new OwnerProblemStore(jdbc, settings),
          hardware,
          readiness,
          types,
          pauses,
          new TransactionTemplate(transactions),
          clock);
    }

    @Bean
    MailRunner mailRunner(OwnerProblemMonitor monitor, OwnerMailSender sender) {
      return new MailRunner(monitor, sender);
    }
  }

  /** Doubles from ten seconds to five minutes. */
  private static Duration backOff(int failures) {
    long seconds = (long) SHORTEST_WAIT_SECONDS << Math.min(failures - 1, 20);
    return Duration.ofSeconds(Math.min(LONGEST_WAIT_SECONDS, seconds));
  }
}
