package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.validation.constraints.Max;
import java.net.BindException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.ErrorDetails;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;
import org.yaml.snakeyaml.Yaml;

class StartFailureReporterTests {

  private final MockEnvironment settings = new MockEnvironment();

  enum Mode {
    KEEP_ALL,
    DROP
  }

  @Validated
  @ConfigurationProperties(prefix = "doni.sample", ignoreUnknownFields = false)
  record Sample(
      @DefaultValue("1s") Duration interval,
      @DefaultValue("true") boolean enabled,
      @DefaultValue("1") @Max(9) int count,
      @DefaultValue("1MB") DataSize size,
      @DefaultValue("drop") Mode mode,
      @DefaultValue("1") int apiToken,
      @DefaultValue("1h") Duration tokenLifetime) {
    Sample {
      if (interval.isNegative()) {
        throw new IllegalArgumentException(
            "doni.sample.interval is '-1s'; allowed: more than zero");
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(Sample.class)
  static class Config {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "interval       | soon  | 'soon' is invalid; allowed: a duration such as 250ms, 30s, 5m or 1h",
        "interval       | -1s   | '-1s'; allowed: more than zero",
        "enabled        | maybe | 'maybe' is invalid; allowed: true or false",
        "count          | abc   | 'abc' is invalid; allowed: a whole number",
        "count          | 10    | '10' must be less than or equal to 9",
        "size           | huge  | 'huge' is invalid; allowed: a size such as 512KB or 16MB",
        "mode           | some  | 'some' is invalid; allowed: keep-all, drop",
        "token-lifetime | ever  | 'ever' is invalid; allowed: a duration such as 250ms, 30s, 5m or 1h",
        "foo            | 1     | unknown setting; see docs/configuration.md",
        "interval       | ${NO} | '${NO}' is invalid; allowed: a duration such as 250ms, 30s, 5m or 1h"
      })
  void namesTheKeyTheValueAndWhatIsAllowed(String key, String value, String said) {
    assertThat(refused(key, value)).contains("doni.sample." + key + ": " + said);
  }

  @Test
  void doesNotShowTheValueOfASecret() {
    assertThat(refused("api-token", "s3cret"))
        .contains("doni.sample.api-token: the value is invalid; allowed: a whole number");
  }

  @Test
  void cutsALongValue() {
    assertThat(refused("count", "x".repeat(5_000)).orElseThrow()).hasSizeLessThan(400);
  }

  @Test
  void tellsARefusalOfOurOwnInOneLine() {
    Throwable failure =
        wrapped(
            new InvalidConfigurationPropertyValueException(
                "doni.policy-file", "/etc/p.yaml", "must be YAML:\n  line 1"));

    assertThat(line(failure)).contains("doni.policy-file: '/etc/p.yaml' must be YAML: line 1");
  }

  @ParameterizedTest
  @CsvSource({
    "doni.secrets.keys.a",
    "doni.keystone.password",
    "spring.datasource.password",
    "doni.keystone.static-tokens.x.roles"
  })
  void doesNotShowASecretThatItIsGiven(String key) {
    Throwable failure = new InvalidConfigurationPropertyValueException(key, "s3cret", "is wrong");

    assertThat(line(failure)).contains(key + ": the value is wrong");
  }

  @Test
  void tellsAPortInUse() {
    assertThat(line(wrapped(new PortInUseException(8001))))
        .contains("server.port: '8001' is in use; allowed: a port that is free");
  }

  @Test
  void tellsAnAddressThatIsNotOfThisMachine() {
    settings.setProperty("server.port", "80");
    settings.setProperty("server.address", "192.0.2.1");

    assertThat(line(wrapped(new BindException("Cannot assign requested address"))))
        .hasValueSatisfying(line ->
            assertThat(line)
                .startsWith(
                    "server.port: '80' with server.address '192.0.2.1' cannot be listened on"
                        + " (Cannot assign requested address); allowed: "));
  }

  @ParameterizedTest
  @CsvSource({
    "08001, Connection to db:5432 refused",
    "28P01, password authentication failed",
    "3D000, database \"doni\" does not exist",
    "53300, too many clients",
    "57P03, the database system is starting up"
  })
  void tellsADatabaseThatCannotBeUsed(String state, String text) {
    settings.setProperty("spring.datasource.url", "jdbc:postgresql://a:s3cret@db/doni?password=s");
    settings.setProperty("spring.datasource.username", "doni");
    settings.setProperty("spring.datasource.password", "s3cret");

    assertThat(line(wrapped(new SQLException(text, state, new ConnectException("refused")))))
        .hasValueSatisfying(line ->
            assertThat(line)
                .startsWith(
                    "spring.datasource.url: 'jdbc:postgresql://db/doni' with"
                        + " spring.datasource.username 'doni' cannot be used: "
                        + text
                        + "; allowed: ")
                .doesNotContain("s3cret"));
  }

  @Test
  void tellsADatabaseThatDoesNotAnswer() {
    settings.setProperty("spring.datasource.url", "jdbc:postgresql://db/doni");

    assertThat(line(wrapped(new SQLTransientConnectionException("timed out after 5000ms"))))
        .hasValueSatisfying(line ->
            assertThat(line).contains("'jdbc:postgresql://db/doni' does not answer in time"));
  }

  @Test
  void tellsWhatKeepsTheSchemaFromBeingMigrated() {
    Throwable failure =
        new FlywayException("Script V2 failed", new SQLException("syntax error", "42601"));

    assertThat(line(failure))
        .contains("spring.datasource.url: the embedded database cannot be migrated: syntax error");
  }

  @Test
  void tellsASchemaThatIsNotOurs() {
    settings.setProperty("spring.datasource.url", "jdbc:postgresql://db/doni");
    Throwable failure =
        new FlywayValidateException(
            new ErrorDetails(CoreErrorCode.VALIDATE_ERROR, "mismatch"), "checksum\nmismatch");

    assertThat(line(failure))
        .hasValueSatisfying(
            line -> assertThat(line).contains("cannot be migrated").contains("mismatch"));
  }

  @Test
  void tellsWhereAConfigurationFileIsNoYamlAndShowsNothingOfIt() {
    Throwable failure =
        catchThrowable(() -> new Yaml().<Object>load("a: 1\npassword: \"s3cret\nb: 2\n"));

    assertThat(line(wrapped(failure)))
        .hasValueSatisfying(line ->
            assertThat(line)
                .startsWith("application.yml: invalid YAML, line ")
                .doesNotContain("s3cret"));
  }

  @Test
  void leavesADefectItsStackTrace() {
    assertThat(line(wrapped(new NullPointerException("doni.sync is null")))).isEmpty();
    assertThat(line(wrapped(new IllegalStateException("doni.lane.Lane cannot be cast")))).isEmpty();
    assertThat(line(wrapped(new SQLException("relation \"x\" does not exist", "42P01")))).isEmpty();
  }

  @Test
  void endsWithAFailureThatIsItsOwnCause() {
    Exception one = new Exception("one");
    Exception two = new Exception("two", one);
    one.initCause(two);

    assertThat(line(one)).isEmpty();
  }

  private Optional<String> refused(String key, String value) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    new ApplicationContextRunner()
        .withUserConfiguration(Config.class)
        .withInitializer(context ->
            context
                .getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("file", Map.of("doni.sample." + key, value))))
        .run(context -> failure.set(context.getStartupFailure()));
    return line(Objects.requireNonNull(failure.get()));
  }

  private Optional<String> line(Throwable failure) {
    return StartFailureReporter.line(failure, settings);
  }

  private static Throwable wrapped(Throwable failure) {
    return new BeanCreationException("x", "cannot be made", new RuntimeException(failure));
  }
}
