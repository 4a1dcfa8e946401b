package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a site costs its backends in which all is steady, with two replicas that have all workers.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SteadySiteIT {

  private static final int DEVICES = 20;
  private static final int HOSTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Less than two minutes, so that no listing fits in three times. */
  private static final Duration WATCHED = Duration.ofSeconds(115);

  private static final int LISTINGS = 2;

  private final TestSite site;
  private final Owner owner;

  SteadySiteIT(SitePostgres postgres) {
    site = new TestSite("steady", postgres);
    site.startWithAllWorkers("one", Map.of());
    site.startWithAllWorkers("two", Map.of());
    owner = site.owner("steady");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void isListedOnceAMinuteAndNotAskedForAnyDevice() throws Exception {
    List<Enrolled> all = enrollAll();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          for (Enrolled hardware : all) {
            assertThat(owner.states(hardware).values()).containsOnly("STEADY");
          }
        });
    awaitNothingDue();

    Instant begin = Instant.now();
    await()
        .atMost(WATCHED.multipliedBy(2))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> Instant.now().isAfter(begin.plus(WATCHED)));

    Map<String, Long> requests = requestsSince(begin);
    requests.forEach((request, count) -> System.out.println(count + " " + request));
    assertThat(requests).isNotEmpty();
    assertThat(requests)
        .allSatisfy((request, count) -> {
          assertThat(request).contains(" GET ").doesNotContainPattern("[0-9a-f]{8}-?[0-9a-f]{4}-?");
          assertThat(count).as(request).isLessThanOrEqualTo(LISTINGS);
        });
  }

  private List<Enrolled> enrollAll() throws Exception {
    List<Enrolled> all = new ArrayList<>();
    for (int number = 0; number < DEVICES; number++) {
      site.kubernetes().addNode("steady-" + number);
      all.add(WholeSite.enroll(owner, WholeSite.numberedDevice("steady", number)));
    }
    for (int number = 0; number < HOSTS; number++) {
      all.add(WholeSite.enroll(owner, WholeSite.numberedHost("steady-host", number)));
    }
    return all;
  }

  /** What was just written is observed once more; after that, all wait for the resync interval. */
  private void awaitNothingDue() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(site.database().dueWithin("5 minutes")).isZero());
  }

  /** How often each request was made, without those that only watch. */
  private Map<String, Long> requestsSince(Instant begin) {
    return site.calls().entrySet().stream()
        .flatMap(backend ->
            backend.getValue().all().stream()
                .filter(call -> call.at().isAfter(begin))
                .filter(call -> !call.query().contains("watch="))
                .map(call -> text(backend.getKey(), call)))
        .collect(Collectors.groupingBy(text -> text, TreeMap::new, Collectors.counting()));
  }

  private static String text(String backend, Call call) {
    return "%s %s %s?%s".formatted(backend, call.method(), call.path(), call.query());
  }
}
