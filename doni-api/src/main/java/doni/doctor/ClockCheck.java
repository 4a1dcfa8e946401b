package doni.doctor;

import doni.database.DatabaseAddress;
import doni.openstack.KeystoneBinding;
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
 * Compares this machine's clock with the database's and Keystone's. Leases, tokens and the queues
 * go by the time; Keystone's header {@code Date} knows whole seconds only.
 */
final class ClockCheck {

  private static final Duration ALLOWED = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Environment environment;
  private final Clock clock;

  ClockCheck(Environment environment, Clock clock) {
    this.environment = environment;
    this.clock = clock;
  }

  List<Finding> look() throws InterruptedException {
    return List.of(
        compared("the database", this::ofDatabase), compared("Keystone", this::ofKeystone));
  }

  /** Empty where there is nobody to ask. */
  private interface Other {
    Optional<Instant> now() throws IOException, InterruptedException, SQLException;
  }

  private Finding compared(String whose, Other other) throws InterruptedException {
    Instant before = clock.instant();
    Optional<Instant> theirs;
    try {
      theirs = other.now();
    } catch (IOException
        | SQLException
        | DateTimeException
        | InvalidConfigurationPropertyValueException _) {
      // Why it does not answer is told where it is looked at itself.
      theirs = Optional.empty();
    }
    Instant after = clock.instant();
    return theirs
        .map(moment -> compared(whose, off(moment, before, after)))
        .orElseGet(() -> new Finding.Skipped(whose + " cannot be asked for the time"));
  }

  private static Finding compared(String whose, Duration off) {
    String found = "this clock and that of %s differ by %d s".formatted(whose, off.toSeconds());
    return off.compareTo(ALLOWED) <= 0
        ? new Finding.Ok(found)
        : new Finding.Problem(found, "set both by NTP (timedatectl, chronyc tracking)");
  }

  /** How far their moment lies outside the time in which they were asked. */
  private static Duration off(Instant theirs, Instant before, Instant after) {
    if (theirs.isBefore(before)) {
      return Duration.between(theirs, before);
    }
    return theirs.isAfter(after) ? Duration.between(after, theirs) : Duration.ZERO;
  }

  private Optional<Instant> ofDatabase() throws SQLException {
    Optional<DataSource> database = DatabaseAddress.find(environment);
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
    var keystone = KeystoneBinding.read(environment);
    if (keystone.authUrl() == null) {
      return Optional.empty();
    }
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(keystone.identityUrl())).timeout(PATIENCE).build();
      return http.send(request, BodyHandlers.discarding())
          .headers()
          .firstValue("Date")
          .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    }
  }
}
