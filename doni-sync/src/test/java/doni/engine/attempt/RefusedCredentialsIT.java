package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import doni.backend.BackendException;
import doni.enrollment.HardwareId;
import doni.worker.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A backend that refuses our own credentials: not the device's fault, but never silent. */
class RefusedCredentialsIT extends ReconcilerFixture {

  private final Logger logger = (Logger) LoggerFactory.getLogger(Reconciler.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.list.clear();
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  @Test
  void leavesOneEventHoweverOftenItIsRefused() {
    HardwareId id = inventory.enrolled("refused", LANE);

    refused(id, "Unauthorized (request 1)");
    refused(id, "Unauthorized (request 2)");
    refused(id, "Unauthorized (request 3)");

    assertThat(inventory.events(id)).containsExactly("worker.deferred");
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("state", "PENDING");
  }

  @Test
  void leavesAnEventAlsoWhereTheDeviceWaitedBefore() {
    HardwareId id = inventory.enrolled("waited", LANE);
    attempt(id, _ -> new Outcome.Deferred("No matching k8s node found", null, Map.of()));

    refused(id, "Unauthorized");
    refused(id, "Unauthorized");

    assertThat(inventory.events(id)).containsExactly("worker.deferred", "worker.deferred");
  }

  @Test
  void warnsOnceWhenItLasts() {
    HardwareId id = inventory.enrolled("lasting", LANE);
    refused(id, "Unauthorized");
    assertThat(warnings()).isEmpty();

    age(id, 31);
    refused(id, "Unauthorized");
    refused(id, "Unauthorized");

    assertThat(warnings())
        .singleElement()
        .satisfies(warning ->
            assertThat(warning)
                .startsWith("Device lasting is not steady in lane k8s since ")
                .endsWith(": k8s answered 401: Unauthorized"));
  }

  @Test
  void warnsOfAFailureThatLasts() {
    HardwareId id = inventory.enrolled("failing", LANE);
    attempt(id, _ -> failed("no"));
    assertThat(warnings()).isEmpty();

    age(id, 31);
    attempt(id, _ -> failed("no"));
    attempt(id, _ -> failed("no"));

    assertThat(warnings()).hasSize(1);
  }

  @Test
  void warnsOfAFailureThatLastsWhereTheDeviceHadWaitedForLong() {
    HardwareId id = inventory.enrolled("late", LANE);
    attempt(id, _ -> new Outcome.Deferred("No matching k8s node found", null, Map.of()));
    age(id, 3600);

    for (int failure = 1; failure <= 4; failure++) {
      attempt(id, _ -> failed("no"));
    }
    assertThat(warnings()).isEmpty();
    attempt(id, _ -> failed("no"));
    attempt(id, _ -> failed("no"));

    assertThat(warnings()).hasSize(1);
  }

  @Test
  void warnsAtOnceOfAFailureThatIsNotRetriedSoon() {
    HardwareId id = inventory.enrolled("permanent", LANE);

    attempt(id, _ -> new Outcome.Failed("name: taken", false, null, Map.of()));

    assertThat(warnings()).hasSize(1);
  }

  @Test
  void saysNothingOfALaneThatWaits() {
    HardwareId id = inventory.enrolled("paused", LANE);

    attempt(id, _ -> Outcome.Deferred.uncounted("circuit open: k8s; next check in 5 s", null));

    assertThat(inventory.events(id)).isEmpty();
    assertThat(warnings()).isEmpty();
  }

  private void refused(HardwareId id, String text) {
    attempt(
        id,
        _ -> {
          throw BackendException.answered("k8s", 401, text, false, null);
        });
  }

  /** Moves what the task remembers into the past. */
  private void age(HardwareId id, int seconds) {
    inventory
        .jdbc()
        .sql(
            "update worker_task set waiting_since = waiting_since - ? * interval '1 second',"
                + " last_attempt_at = last_attempt_at - ? * interval '1 second' where hardware_uuid = ?")
        .params(seconds, seconds, id.value())
        .update();
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
