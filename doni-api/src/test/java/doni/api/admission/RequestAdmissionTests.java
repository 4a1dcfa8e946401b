package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import doni.api.admission.RequestAdmission.Entry;
import doni.api.admission.RequestAdmission.NoRoom;
import doni.api.admission.RequestAdmission.Room;
import doni.api.admission.RequestAdmission.ShareTaken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestAdmissionTests {

  private static final AdmissionLimits LIMITS = new AdmissionLimits(100, 4, 2, 2, 1);

  private final RequestAdmission admission = new RequestAdmission(LIMITS, Duration.ZERO);

  @Test
  void admitsHalfOfTheRequestsFromOneProject() throws InterruptedException {
    assertThat(admitted(5, "alice", false)).hasSize(2);
    assertThat(admitted(5, "bob", false)).hasSize(2);
    assertThat(admission.enter("carol", false)).isEqualTo(new NoRoom());
    assertThat(admission.inProgress()).isEqualTo(4);
  }

  @Test
  void namesNoShareToCallersWithoutAToken() throws InterruptedException {
    assertThat(admitted(5, "", false)).hasSize(2);
    assertThat(admission.enter("", false)).isEqualTo(new NoRoom());
  }

  @Test
  void admitsAgainWhenARequestHasBeenServed() throws InterruptedException {
    List<Room> rooms = admitted(2, "alice", false);
    assertThat(admission.enter("alice", false)).isEqualTo(new ShareTaken("requests", 2));

    rooms.forEach(Room::close);

    assertThat(admission.inProgress()).isZero();
    assertThat(admitted(2, "alice", false)).hasSize(2);
  }

  @Test
  void admitsFewerImportsThanRequests() throws InterruptedException {
    List<Room> imports = admitted(3, "alice", true);
    assertThat(imports).hasSize(1);
    assertThat(admission.enter("alice", true)).isEqualTo(new ShareTaken("imports", 1));
    assertThat(admission.enter("bob", true)).isInstanceOf(Room.class);
    assertThat(admission.enter("carol", true)).isEqualTo(new NoRoom());
    assertThat(admission.enter("carol", false)).isInstanceOf(Room.class);

    imports.forEach(Room::close);

    assertThat(admission.enter("carol", true)).isInstanceOf(Room.class);
  }

  @Test
  void keepsNothingOfARequestThatWasNotAdmitted() throws InterruptedException {
    List<Room> rooms = new ArrayList<>(admitted(2, "alice", false));
    rooms.addAll(admitted(2, "bob", false));
    for (int i = 0; i < 10; i++) {
      assertThat(admission.enter("carol", true)).isEqualTo(new NoRoom());
    }

    rooms.forEach(Room::close);

    assertThat(admission.inProgress()).isZero();
    assertThat(admission.enter("carol", true)).isInstanceOf(Room.class);
  }

  @Test
  void letsARequestWaitForItsTurn() throws Exception {
    RequestAdmission patient =
        new RequestAdmission(new AdmissionLimits(1, 1, 1, 1, 1), Duration.ofMinutes(1));
    Room first = (Room) patient.enter("alice", false);
    CompletableFuture<Entry> second = CompletableFuture.supplyAsync(() -> enter(patient, "bob"));

    first.close();

    assertThat(second.get(1, TimeUnit.MINUTES)).isInstanceOf(Room.class);
  }

  @Test
  void givesBackWhatAnInterruptedRequestHadTaken() throws InterruptedException {
    List<Room> rooms = new ArrayList<>(admitted(2, "alice", false));
    rooms.addAll(admitted(2, "bob", false));
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(() -> admission.enter("carol", true));

    rooms.forEach(Room::close);

    assertThat(admission.enter("carol", true)).isInstanceOf(Room.class);
  }

  private List<Room> admitted(int asked, String project, boolean isImport)
      throws InterruptedException {
    List<Room> rooms = new ArrayList<>();
    for (int i = 0; i < asked; i++) {
      if (admission.enter(project, isImport) instanceof Room room) {
        rooms.add(room);
      }
    }
    return rooms;
  }

  private static Entry enter(RequestAdmission admission, String project) {
    try {
      return admission.enter(project, false);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
