package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The node of a deleted host. */
class DeletedHostIT extends OnIronic {

  private static void assertGone(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Gone.class);
  }

  @Test
  void anAvailableNodeLeavesThePoolAndGoes() {
    available();

    assertGone(host.deleted().requested(worker()));

    assertThat(ironic().node(host.uuid())).isEmpty();
    assertThat(ironic().ports(host.uuid())).isEmpty();
    assertThat(stateChanges()).isOne();
  }

  @Test
  void deletingWhatNeverExistedSucceedsTwice() {
    assertThat(List.of(host.deleted().requested(worker()), host.requested(worker())))
        .containsOnly(new Outcome.Gone(List.of()));
    assertThat(ironic().calls().writes()).isZero();
  }

  @Test
  void deletingTwiceSucceeds() {
    available();

    assertGone(host.deleted().requested(worker()));
    assertGone(host.requested(worker()));
  }

  @ParameterizedTest
  @CsvSource({
    "enroll, 0",
    "manageable, 0",
    "adopt failed, 0",
    "available, 1",
    "clean failed, 1",
    "inspect failed, 1"
  })
  void goesInTheStatesThatAllowIt(String state, int changes) {
    available();
    ironic().setState(host.uuid(), state);

    assertGone(host.deleted().requested(worker()));

    assertThat(stateChanges()).isEqualTo(changes);
    assertThat(ironic().node(host.uuid())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "active | Node is in use.",
        "rescue | Node is in use.",
        "deploying | Node is in use.",
        "deploy failed | node in state 'deploy failed', in which Ironic does not delete it",
        "error | node in state 'error', in which Ironic does not delete it",
        "verifying | node in transition: state 'verifying'",
        "cleaning | node in transition: state 'cleaning'",
        "clean wait | node in transition: state 'clean wait'",
      })
  void saysWhyItStays(String state, String reason) {
    available();
    ironic().setState(host.uuid(), state);

    assertDeferred(host.deleted().requested(worker()), reason);

    assertThat(ironic().calls().writes()).isZero();
  }

  @Test
  void aClaimedNodeIsNeverForced() {
    available();
    ironic()
        .edit(
            host.uuid(), node -> node.put("instance_uuid", "77777777-7777-4777-8777-777777777777"));

    assertDeferred(host.deleted().requested(worker()), "Node is in use.");
    assertThat(ironic().calls().writes()).isZero();

    ironic().edit(host.uuid(), node -> node.putNull("instance_uuid"));
    assertGone(host.requested(worker()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"active", "available", "manageable", "clean wait"})
  void inMaintenanceNothingIsDeleted(String state) {
    available();
    ironic().edit(host.uuid(), node -> node.put("provision_state", state).put("maintenance", true));

    assertThat(host.deleted().requested(worker())).isInstanceOf(Outcome.Deferred.class);

    assertThat(ironic().calls().writes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"enroll", "manageable", "available", "clean failed"})
  void anUnpluggedMachineGoes(String state) {
    available();
    ironic().setState(host.uuid(), state);
    ironic().losePower(host.uuid());

    assertGone(host.deleted().requested(worker()));
    assertThat(stateChanges()).isZero();
  }

  @Test
  void anUnpluggedMachineInUseStays() {
    available();
    ironic().setState(host.uuid(), "active");
    ironic().losePower(host.uuid());

    assertDeferred(host.deleted().requested(worker()), "Node is in use.");
    assertThat(ironic().node(host.uuid())).isPresent();
  }

  @Test
  void aLockedNodeIsWaitedFor() {
    available();
    ironic().lock(host.uuid(), "otherhost");

    assertDeferred(host.deleted().requested(worker()), "Node is locked.");
  }

  @Test
  void blazarLetsGoFirst() {
    available();
    host.followedBy("blazar.physical_host").deleted();

    assertDeferred(
        host.requested(worker()), "host still in Blazar; its node is deleted after that");
    assertThat(ironic().calls().writes()).isZero();

    assertGone(host.freeOf("blazar.physical_host").requested(worker()));
  }

  @Test
  void aProtectedNodeStaysAndSaysSo() {
    available();
    ironic()
        .edit(
            host.uuid(), node -> node.put("provision_state", "manageable").put("protected", true));

    assertDeferredContaining(host.deleted().requested(worker()), "is protected");
  }

  @Test
  void staysWhereTheSiteWantsThat() {
    available();
    site().reopen(Map.of("doni.workers.ironic.on-delete", "keep"));

    assertGone(host.deleted().requested(worker()));

    assertThat(state()).isEqualTo("available");
    assertThat(ironic().calls().total()).isZero();
  }
}
