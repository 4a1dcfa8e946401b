package doni.doctor;

import doni.database.ConfiguredDatabaseAddress;
import doni.openstack.KeystoneProperties;
import doni.worker.Finding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Compares the local clock with the clocks of the database and Keystone, because leases, tokens and
 * queues depend on the time. Keystone's {@code Date} header has a resolution of one second.
 */
final class ClockSkewCheck {

  private static final Duration MAX_DIFFERENCE = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Environment environment;
  private final Clock clock;

  ClockSkewCheck(Environment environment, Clock clock) {
    this.environment = environment;
    this.clock = clock;
  }

  List<Finding> check() throws InterruptedException {
    return List.of(
        compare("the database", this::ofDatabase), compare("Keystone", this::ofKeystone));
  }

  /** A clock to compare with; empty if it is not configured. */
  private interface RemoteClock {
    Optional<Instant> now() throws IOException, InterruptedException, SQLException;
  }

  private Finding compare(String whose, RemoteClock other) throws InterruptedException {
    Instant before = clock.instant();
    Optional<Instant> theirs;
    try {
      theirs = other.now();
    } catch (IOException
        | SQLException
        | DateTimeException
        | InvalidConfigurationPropertyValueException _) {
      // The check of that service reports the cause.
      theirs = Optional.empty();
    }
    Instant after = clock.instant();
    return theirs
        .map(moment -> compare(whose, off(moment, before, after)))
        .orElseGet(() -> new Finding.Skipped("the clock of " + whose + " cannot be read"));
  }

  private static Finding compare(String whose, Duration off) {
    String found =
        "the local clock and that of %s differ by %d s".formatted(whose, off.toSeconds());
    return off.compareTo(MAX_DIFFERENCE) <= 0
        ? new Finding.Ok(found)
        : new Finding.Problem(
            found, "synchronize both by NTP (see timedatectl and chronyc tracking)");
  }

  /** Returns how far the remote time lies outside the interval of the request. */
  private static Duration off(Instant theirs, Instant before, Instant after) {
    if (theirs.isBefore(before)) {
      return Duration.between(theirs, before);
    }
    return theirs.isAfter(after) ? Duration.between(after, theirs) : Duration.ZERO;
  }

  private Optional<Instant> ofDatabase() throws SQLException {
    Optional<DataSource> database = ConfiguredDatabaseAddress.find(environment);
    if (database.isEmpty()) {
      return Optional.empty();
    }
    try (Connection connection = database.get().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select clock_timestamp()")) {
      row.next();
      return Optional.of(row.getObject(1, OffsetDateTime.class).toInstant());
    }
  }

  private Optional<Instant> ofKeystone() throws IOException, InterruptedException {
    var keystone = KeystoneProperties.read(environment);
    if (keystone.authUrl() == null) {
      return Optional.empty();
    }
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(keystone.identityUrl())).timeout(TIMEOUT).build();
      return http.send(request, BodyHandlers.discarding())
          .headers()
          .firstValue("Date")
          .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    }
  }
}
