package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A value that the code knows and a filter refuses could not be searched for. */
class FilterValuesTests {

  private static final Pattern KIND =
      Pattern.compile("[\"']((?:hardware|worker|devices|device\\.milestone)(?:\\.[a-z_]+)+)[\"']");
  private static final Pattern TYPE = Pattern.compile("\\b(?:NAME|TYPE) = \"([a-z0-9._-]+)\"");

  @Test
  void kindsAreThoseThatAnEventIsStoredWith() throws IOException {
    assertThat(found(KIND, "doni-sync/src/main/java", "doni-api/src/main/java/doni/api/event"))
        .containsExactlyInAnyOrderElementsOf(
            values("kind").stream().filter(kind -> !isAvailability(kind)).toList());
  }

  @Test
  void kindsOfDevicesAreTheirAvailabilities() {
    assertThat(values("kind").stream().filter(FilterValuesTests::isAvailability))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(AvailabilityStatus.values())
                .map(availability -> "device." + availability.wireName())
                .toList());
  }

  private static boolean isAvailability(String kind) {
    return kind.startsWith("device.") && !kind.startsWith("device.milestone.");
  }

  @Test
  void workersAreThoseThatHaveAQueue() throws IOException {
    Pattern partition =
        Pattern.compile("partition of scheduled_tasks for values in \\('([^']+)'\\)");

    assertThat(found(partition, "db/migrations"))
        .containsExactlyInAnyOrderElementsOf(values("worker_type"));
  }

  @Test
  void hardwareTypesAreThoseOfTheCode() throws IOException {
    assertThat(found(TYPE, "doni-workers/src/main/java/doni/hardwaretype"))
        .containsExactlyInAnyOrderElementsOf(values("hardware_type"));
  }

  private static List<String> values(String parameter) {
    return FilterValues.BY_PARAMETER.getOrDefault(parameter, List.of());
  }

  private static Set<String> found(Pattern pattern, String... folders) throws IOException {
    Set<String> found = new TreeSet<>();
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(Path.of("..", folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          pattern
              .matcher(Files.readString(file))
              .results()
              .map((MatchResult match) -> match.group(1))
              .forEach(found::add);
        }
      }
    }
    return found;
  }
}
