package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import doni.hardware.DeviceQuotas.QuotaProperties;
import doni.request.RequestRefusedException.QuotaExceeded;
import doni.testing.TestInventory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceQuotasIT {

  private final TestInventory inventory = new TestInventory();
  private final DeviceQuotas quotas =
      new DeviceQuotas(
          new QuotaProperties(2, Map.of("large", 3, "closed", 0, "free", -1)), inventory.jdbc());

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void refusesTheDeviceAfterTheLastOne() {
    enroll("one", "alice");
    enroll("two", "alice");

    assertThatExceptionOfType(QuotaExceeded.class)
        .isThrownBy(() -> enroll("three", "alice"))
        .withMessage("Quota exceeded: project alice has 2 of at most 2 devices.");
    enroll("three", "bob");
  }

  @Test
  void appliesTheQuotaOfTheProject() {
    for (int i = 0; i < 3; i++) {
      enroll("large-" + i, "large");
      enroll("free-" + i, "free");
    }

    assertThatExceptionOfType(QuotaExceeded.class).isThrownBy(() -> enroll("large-3", "large"));
    assertThatExceptionOfType(QuotaExceeded.class)
        .isThrownBy(() -> enroll("closed", "closed"))
        .withMessage("Quota exceeded: project closed has 0 of at most 0 devices.");
    enroll("free-3", "free");
  }

  @Test
  void doesNotCountDeletedHardware() {
    enroll("one", "alice");
    inventory.jdbc().sql("update hardware set deleted_at = now()").update();

    enroll("two", "alice");
    enroll("three", "alice");
  }

  @Test
  void letsOnlyOneOfManyTakeTheLastPlace() throws InterruptedException {
    enroll("one", "alice");
    List<Callable<Boolean>> racing =
        IntStream.range(0, 6)
            .<Callable<Boolean>>mapToObj(i -> () -> enrolls("racing-" + i))
            .toList();

    List<Future<Boolean>> enrolled;
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      enrolled = clients.invokeAll(racing);
    }

    assertThat(enrolled).extracting(Future::get).containsOnlyOnce(true);
  }

  private boolean enrolls(String name) {
    try {
      enroll(name, "alice");
      return true;
    } catch (QuotaExceeded _) {
      return false;
    }
  }

  @Test
  void refusesWhatCannotBeAQuota() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuotaProperties(-2, Map.of()))
        .withMessage("doni.quotas.devices is '-2'; allowed: -1 (no limit), 0 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuotaProperties(-1, Map.of("alice", -7)))
        .withMessage("doni.quotas.projects.alice is '-7'; allowed: -1 (no limit), 0 or more");
  }

  private void enroll(String name, String project) {
    inventory
        .transactions()
        .executeWithoutResult(_ -> {
          quotas.requireRoom(project);
          inventory.device(name, project);
        });
  }
}
