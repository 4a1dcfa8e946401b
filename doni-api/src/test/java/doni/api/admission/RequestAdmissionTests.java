package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import doni.api.admission.RequestAdmission.Room;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestAdmissionTests {

  private static final AdmissionLimits LIMITS = new AdmissionLimits(100, 4, 2);

  private final RequestAdmission admission = new RequestAdmission(LIMITS, Duration.ZERO);

  @Test
  void admitsHalfOfTheRequestsFromOneProject() throws InterruptedException {
    assertThat(admitted(5, "alice", false)).hasSize(2);
    assertThat(admitted(5, "bob", false)).hasSize(2);
    assertThat(admission.enter("carol", false)).isEmpty();
    assertThat(admission.inProgress()).isEqualTo(4);
  }

  @Test
  void admitsAgainWhenARequestHasBeenServed() throws InterruptedException {
    List<Room> rooms = admitted(2, "alice", false);
    assertThat(admission.enter("alice", false)).isEmpty();

    rooms.forEach(Room::close);

    assertThat(admission.inProgress()).isZero();
    assertThat(admitted(2, "alice", false)).hasSize(2);
  }

  @Test
  void admitsFewerImportsThanRequests() throws InterruptedException {
    List<Room> imports = admitted(3, "alice", true);
    assertThat(imports).hasSize(1);
    assertThat(admission.enter("bob", true)).isPresent();
    assertThat(admission.enter("carol", true)).isEmpty();
    assertThat(admission.enter("carol", false)).isPresent();

    imports.forEach(Room::close);

    assertThat(admission.enter("carol", true)).isPresent();
  }

  @Test
  void keepsNothingOfARequestThatWasNotAdmitted() throws InterruptedException {
    List<Room> rooms = new ArrayList<>(admitted(2, "alice", false));
    rooms.addAll(admitted(2, "bob", false));
    for (int i = 0; i < 10; i++) {
      assertThat(admission.enter("carol", true)).isEmpty();
    }

    rooms.forEach(Room::close);

    assertThat(admission.inProgress()).isZero();
    assertThat(admission.enter("carol", true)).isPresent();
  }

  @Test
  void letsARequestWaitForItsTurn() throws Exception {
    RequestAdmission patient =
        new RequestAdmission(new AdmissionLimits(1, 1, 1), Duration.ofMinutes(1));
    Room first = patient.enter("alice", false).orElseThrow();
    CompletableFuture<Optional<Room>> second =
        CompletableFuture.supplyAsync(() -> enter(patient, "bob"));

    first.close();

    assertThat(second.get(1, TimeUnit.MINUTES)).isPresent();
  }

  @Test
  void givesBackWhatAnInterruptedRequestHadTaken() throws InterruptedException {
    List<Room> rooms = new ArrayList<>(admitted(2, "alice", false));
    rooms.addAll(admitted(2, "bob", false));
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(() -> admission.enter("carol", true));

    rooms.forEach(Room::close);

    assertThat(admission.enter("carol", true)).isPresent();
  }

  private List<Room> admitted(int asked, String project, boolean isImport)
      throws InterruptedException {
    List<Room> rooms = new ArrayList<>();
    for (int i = 0; i < asked; i++) {
      admission.enter(project, isImport).ifPresent(rooms::add);
    }
    return rooms;
  }

  private static Optional<Room> enter(RequestAdmission admission, String project) {
    try {
      return admission.enter(project, false);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
