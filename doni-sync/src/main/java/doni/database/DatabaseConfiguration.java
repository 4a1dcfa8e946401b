package doni.database;

import com.zaxxer.hikari.HikariDataSource;
import doni.worker.DistributedLock;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.flywaydb.core.api.output.MigrateResult;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The database that {@code spring.datasource.url} names, or the embedded one. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseConfiguration.class);
  private static final String URL = "spring.datasource.url";

  /** Checked early, because the pool reports a wrong URL with its password. */
  @Bean
  static BeanFactoryPostProcessor databaseUrlCheck(Environment environment) {
    return _ -> {
      String url = environment.getProperty(URL, "");
      if (!url.isBlank() && Driver.parseURL(url, null) == null) {
        throw new InvalidConfigurationPropertyValueException(
            URL,
            null,
            "must be the URL of a PostgreSQL database; allowed:"
                + " jdbc:postgresql://host:5432/database");
      }
    };
  }

  /** Limits the waits of the pool, which is started by its first connection. */
  @Bean
  static BeanPostProcessor connectionTimeLimits() {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof HikariDataSource pool) {
          ConnectionTimeLimits.limit(pool);
        }
        return bean;
      }
    };
  }

  @Bean(destroyMethod = "close")
  static OutageLogFilter outageLogFilter() {
    return OutageLogFilter.install();
  }

  @Bean
  FlywayConfigurationCustomizer migrationsWithoutTimeLimit() {
    return flyway -> flyway.dataSource(ConnectionTimeLimits.unlimited(flyway.getDataSource()));
  }

  /** Logs a migration only if there was one. */
  @Bean
  FlywayMigrationStrategy migrateAndTell() {
    return flyway -> {
      MigrateResult result = flyway.migrate();
      if (result.migrationsExecuted > 0) {
        LOG.info(
            "Migrated the database schema to version {}, {} migrations",
            result.targetSchemaVersion,
            result.migrationsExecuted);
      }
    };
  }

  /** The clock that everything uses which does not ask for the local one. */
  @Bean(initMethod = "start", destroyMethod = "stop")
  @Primary
  DatabaseClock databaseClock(
      DataSource database, @Qualifier("localClock") Clock local, MeterRegistry meters) {
    DatabaseClock clock = new DatabaseClock(database, local);
    clock.register(meters);
    return clock;
  }

  @Bean
  DistributedLock siteLock(DataSource database) {
    return new PostgresAdvisoryLock(database);
  }

  /** Starts the embedded Postgres where no {@code spring.datasource.url} is configured. */
  @Configuration(proxyBeanMethods = false)
  @Conditional(NoDatabaseConfigured.class)
  static class Embedded {

    @Bean
    EmbeddedPostgresServer embeddedPostgresServer(
        Environment environment, ObjectProvider<EmbeddedPostgresPrograms> programs) {
      return EmbeddedPostgresServer.start(
          Path.of(environment.getProperty("doni.home", "./var")),
          programs.getIfAvailable(() -> EmbeddedPostgresPrograms.ON_CLASS_PATH));
    }

    @Bean
    JdbcConnectionDetails embeddedDatabaseConnection(EmbeddedPostgresServer database) {
      return new JdbcConnectionDetails() {
        @Override
        public String getUsername() {
          return "postgres";
        }

        @Override
        public String getPassword() {
          return "";
        }

        @Override
        public String getJdbcUrl() {
          return database.jdbcUrl();
        }
      };
    }
  }

  static final class NoDatabaseConfigured implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return context.getEnvironment().getProperty(URL, "").isBlank();
    }
  }
}
