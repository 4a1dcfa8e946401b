package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import doni.worker.Outcome;
import doni.worker.ironic.HostStateMachine.HostStep;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicRecordedState.PasswordFingerprint;
import doni.worker.ironic.IronicRecordedState.Phase;
import doni.worker.ironic.IronicRecordedState.Refusal;
import doni.worker.ironic.IronicRecordedState.Verification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The next step for a host, by the state of its node: no network. */
class HostStateMachineTests {

  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
  private static final long GENERATION = 7;
  private static final IronicRecordedState RECORDED =
      IronicRecordedState.NOTHING.withPassword(
          Optional.of(PasswordFingerprint.of(new Secret(Host.PASSWORD))));
  private static final Refusal REFUSAL = new Refusal(GENERATION, "no such network");

  private final Host host = Host.withFixedId();
  private String resourceClass = "baremetal";
  private String username = "root";
  private boolean pxeEnabled = true;
  private @Nullable String error;
  private @Nullable String reservation;
  private @Nullable String instance;
  private boolean maintenance;
  private @Nullable String maintenanceReason;
  private @Nullable String fault;

  private IronicObservedState observed(String state) {
    Map<String, Object> driverInfo =
        Map.of(
            "ipmi_address",
            "10.0.0.1",
            "ipmi_username",
            username,
            "ipmi_password",
            new Secret("******"),
            "ipmi_port",
            623);
    Map<String, Object> properties =
        Map.of("cpu_arch", "x86_64", "capabilities", "boot_option:local,boot_mode:uefi");
    IronicNode node =
        new IronicNode(
            host.uuid(),
            host.name(),
            "ipmi",
            resourceClass,
            driverInfo,
            properties,
            state,
            error,
            reservation,
            maintenance,
            maintenanceReason,
            fault,
            "power off",
            instance);
    Map<String, Object> link =
        Map.of("switch_id", "aa:bb:cc:dd:ee:ff", "port_id", "Ethernet1/1", "switch_info", "tor1");
    return new IronicObservedState(
        Optional.of(node),
        List.of(
            new IronicPort("1", host.uuid(), Host.MAC, Map.of("name", "eno1"), pxeEnabled, link),
            new IronicPort(
                "2", host.uuid(), Host.SECOND_MAC, Map.of("name", "eno2"), false, Map.of())));
  }

  private HostStep enrolled(String state, IronicRecordedState recorded) {
    return states().next(observed(state), recorded, false, NOW);
  }

  private EnrolledHostStates states() {
    return new EnrolledHostStates(IronicDesiredState.of(host.hardware()), GENERATION);
  }

  private static String objects(HostStep step) {
    return step.writes().stream()
        .flatMap(write -> write.changes().stream())
        .map(change -> change.object() + (change.to() == null ? "" : "=" + change.to()))
        .collect(Collectors.joining(" "));
  }

  private static void assertWaits(HostStep step, String reason, Duration after) {
    assertThat(step.writes()).isEmpty();
    assertThat(step.ending()).isEqualTo(new Outcome.Deferred(reason, after, Map.of()));
  }

  private static void assertFails(
      HostStep step, String message, boolean retryable, @Nullable Duration after) {
    assertThat(step.writes()).isEmpty();
    assertThat(step.ending())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.at(Outcome.BlockedBy.SITE))
                    .isEqualTo(new Outcome.Failed(message, retryable, after, Map.of())));
  }

  private static void assertChangesState(HostStep step, String verb, String reason, int seconds) {
    assertThat(objects(step)).isEqualTo("node/provision_state=" + verb);
    assertThat(step.changesState()).isTrue();
    assertThat(step.ending())
        .isEqualTo(new Outcome.Deferred(reason, Duration.ofSeconds(seconds), Map.of()));
  }

  @Test
  void anAbsentNodeIsCreatedWithItsPorts() {
    HostStep step = states().next(IronicObservedState.ABSENT, RECORDED, false, NOW);

    assertThat(objects(step))
        .isEqualTo("node %s port %s port %s".formatted(host.name(), Host.MAC, Host.SECOND_MAC));
    assertWaits(
        states().following(IronicObservedState.ABSENT, RECORDED, NOW),
        "verification pending",
        HostStateMachine.SOON);
  }

  @ParameterizedTest
  @CsvSource({"manageable", "available", "active", "rescue", "deploying", "servicing"})
  void aNodeWithoutDriftIsSteady(String state) {
    HostStep step = enrolled(state, RECORDED.withPhase("cleaning", NOW).withRefusal(REFUSAL));

    assertThat(step.isSteady()).isTrue();
    assertThat(step.recorded()).isEqualTo(RECORDED);
  }

  @ParameterizedTest
  @CsvSource({"enroll", "manageable", "available"})
  void theNodeIsPatchedInPlace(String state) {
    resourceClass = "other";

    assertThat(objects(enrolled(state, RECORDED))).isEqualTo("node/resource_class=baremetal");
  }

  @ParameterizedTest
  @CsvSource({"clean failed", "inspect failed", "adopt failed", "deploy failed", "error"})
  void afterAFailureOnlyTheDriverIsPatched(String state) {
    resourceClass = "other";
    username = "other";
    assertThat(objects(enrolled(state, RECORDED))).isEqualTo("node/driver_info/ipmi_username");

    username = "root";
    error = "it broke";
    assertFails(
        enrolled(state, RECORDED),
        "node in state '%s': it broke".formatted(state),
        true,
        Duration.ofMinutes(5));
    error = " ";
    assertFails(
        enrolled(state, RECORDED),
        "node in state '%s': Ironic gives no reason".formatted(state),
        true,
        Duration.ofMinutes(5));
  }

  @Test
  void aNewNodeIsVerifiedOnceThatIsRecorded() {
    HostStep pending = enrolled("enroll", RECORDED);
    assertWaits(pending, "verification pending", HostStateMachine.SOON);
    assertThat(pending.recorded()).isEqualTo(RECORDED.withMoved());

    HostStep verified = enrolled("enroll", RECORDED.withMoved());
    assertChangesState(verified, "manage", "verification running", 5);
    assertThat(verified.recorded().phase()).hasValue(new Phase("verifying", NOW));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "2, 4", "5, 32", "6, 60", "40, 60"})
  void aFailedVerificationIsRetriedLaterEachTime(int failedBefore, int minutes) {
    error = "IPMI call failed";
    IronicRecordedState recorded =
        failedBefore == 0
            ? RECORDED
            : RECORDED.withFailed(new Verification(failedBefore, NOW, GENERATION));
    Duration wait = Duration.ofMinutes(minutes);

    HostStep step = enrolled("enroll", recorded.withMoved().withPhase("verifying", NOW));

    assertFails(step, "IPMI call failed", true, wait);
    assertThat(step.recorded().phase()).isEmpty();
    assertThat(step.recorded().verification())
        .hasValue(new Verification(failedBefore + 1, NOW.plus(wait), GENERATION));
  }

  @Test
  void theNextVerificationWaitsUnlessTheEnrollmentChanged() {
    error = "IPMI call failed";
    Instant next = NOW.plusSeconds(40);
    IronicRecordedState failed =
        RECORDED.withMoved().withFailed(new Verification(1, next, GENERATION));

    assertFails(enrolled("enroll", failed), "IPMI call failed", true, Duration.ofSeconds(40));
    assertThat(states().next(observed("enroll"), failed, true, NOW).changesState()).isTrue();
    assertThat(states().next(observed("enroll"), failed, false, next).changesState()).isTrue();
    IronicRecordedState older =
        RECORDED.withMoved().withFailed(new Verification(1, next, GENERATION - 1));
    assertThat(enrolled("enroll", older).changesState()).isTrue();
  }

  @Test
  void aVerificationThatTakesTooLongFails() {
    IronicRecordedState since = RECORDED.withPhase("verifying", NOW.minus(Duration.ofMinutes(10)));
    assertWaits(enrolled("verifying", since), "verification running", Duration.ofSeconds(5));
    assertWaits(enrolled("verifying", RECORDED), "verification running", Duration.ofSeconds(5));

    assertFails(
        enrolled("verifying", RECORDED.withPhase("verifying", NOW.minusSeconds(601))),
        "verification not finished after 10 minutes; check the BMC",
        true,
        Duration.ofMinutes(1));
  }

  @Test
  void aManageableNodeJoinsThePoolOnlyWhereTheWorkerMovedIt() {
    assertChangesState(
        enrolled("manageable", RECORDED.withMoved()), "provide", "node joining the pool", 1);
    assertThat(enrolled("manageable", RECORDED).isSteady()).isTrue();
  }

  @Test
  void connectivityNeedsAMomentOutOfThePool() {
    pxeEnabled = false;
    String reason = "connectivity of a port changed; node leaves the pool for a moment";

    HostStep first = enrolled("available", RECORDED);
    assertWaits(first, reason, HostStateMachine.SOON);
    assertThat(first.recorded()).isEqualTo(RECORDED.withMoved());
    assertChangesState(enrolled("available", RECORDED.withMoved()), "manage", reason, 1);
    assertThat(objects(enrolled("manageable", RECORDED.withMoved())))
        .isEqualTo("port %s/pxe_enabled=true".formatted(Host.MAC));
  }

  @Test
  void refusedConnectivityIsNotWrittenAgain() {
    pxeEnabled = false;
    IronicRecordedState refused = RECORDED.withRefusal(REFUSAL);

    assertChangesState(
        enrolled("manageable", refused.withMoved()), "provide", "node joining the pool", 1);
    assertFails(enrolled("available", refused.withMoved()), "no such network", false, null);
    assertFails(enrolled("manageable", refused), "no such network", false, null);
    assertThat(enrolled("available", refused.withMoved()).recorded()).isEqualTo(refused);
    IronicRecordedState older = RECORDED.withRefusal(new Refusal(GENERATION - 1, "old"));
    assertThat(objects(enrolled("manageable", older))).contains("pxe_enabled");
  }

  @ParameterizedTest
  @CsvSource({"active", "rescue", "available"})
  void aNodeInUseGetsItsCredentialsOnly(String state) {
    instance = "instance";
    resourceClass = "other";
    username = "other";
    pxeEnabled = false;
    assertThat(objects(enrolled(state, RECORDED))).isEqualTo("node/driver_info/ipmi_username");

    username = "root";
    HostStep step = enrolled(state, RECORDED.withMoved());
    assertWaits(step, "Node is in use.", Duration.ofMinutes(5));
    assertThat(step.recorded()).isEqualTo(RECORDED);
  }

  @Test
  void aNodeThatChangesItsUseIsNotWritten() {
    username = "other";

    assertWaits(enrolled("deploying", RECORDED), "Node is in use.", Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @CsvSource({"0, 15", "60, 15", "120, 30", "7200, 60"})
  void aTransitionIsCheckedLessOftenTheLongerItTakes(int since, int wait) {
    IronicRecordedState recorded = RECORDED.withPhase("clean wait", NOW.minusSeconds(since));

    assertWaits(
        enrolled("clean wait", recorded),
        "node in transition: state 'clean wait'",
        Duration.ofSeconds(wait));
    assertThat(enrolled("a new state", recorded).recorded().phase())
        .hasValue(new Phase("a new state", NOW));
  }

  @Test
  void maintenanceStopsEveryWriteButTheCredentialsOfALostBmc() {
    maintenance = true;
    username = "other";
    resourceClass = "other";
    assertWaits(
        enrolled("available", RECORDED), HostStateMachine.MAINTENANCE, Duration.ofMinutes(1));
    fault = "clean failure";
    assertThat(enrolled("available", RECORDED).writes()).isEmpty();
    fault = "power failure";
    assertThat(objects(enrolled("available", RECORDED)))
        .isEqualTo("node/driver_info/ipmi_username");
    assertThat(enrolled("cleaning", RECORDED).writes()).isEmpty();
    assertThat(states().following(observed("available"), RECORDED, NOW).writes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          available  | -             | -      | -    | no reason given; take the node out of maintenance in Ironic
          active     | -             | memory | old  | memory; take the node out of maintenance in Ironic
          manageable | clean failure | wipe   | sda  | clean failure: wipe: sda; take the node out of maintenance in Ironic
          clean wait | -             | memory | -    | memory; take the node out of maintenance in Ironic
          available  | power failure | sync   | IPMI | power failure: sync: IPMI; check the BMC's address, credentials and network; Ironic ends the maintenance when it answers
          """)
  void aNodeInMaintenanceIsNeverSteady(
      String state,
      @Nullable String cause,
      @Nullable String reason,
      @Nullable String lastError,
      String expected) {
    maintenance = true;
    fault = cause;
    maintenanceReason = reason;
    error = lastError;

    HostStep step = enrolled(state, RECORDED);

    assertThat(step.writes()).isEmpty();
    assertThat(step.ending())
        .isEqualTo(
            new Outcome.Failed("node in maintenance mode: " + expected, true, null, Map.of()));
  }

  @Test
  void aLockedNodeIsNotWritten() {
    reservation = "conductor";
    assertThat(enrolled("available", RECORDED).isSteady()).isTrue();

    username = "other";
    assertWaits(enrolled("available", RECORDED), "Node is locked.", Duration.ofSeconds(5));
  }

  @Test
  void aPlanAssumesThatTheFirstWritesSucceed() {
    username = "other";
    HostStep following = states().following(observed("manageable"), RECORDED.withMoved(), NOW);

    assertChangesState(following, "provide", "node joining the pool", 1);
    assertThat(states().continuesAfterStateChange()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          enroll       | node UUID
          manageable   | node UUID
          adopt failed | node UUID
          available    | node/provision_state=manage
          clean failed | node/provision_state=manage
          """)
  void aDeletedHostsNodeIsDeletedOutsideThePool(String state, String writes) {
    DeletedHostStates states = new DeletedHostStates(false);

    HostStep step = states.next(observed(state), RECORDED, false, NOW);

    assertThat(objects(step)).isEqualTo(writes.replace("UUID", host.uuid()));
    assertThat(states.continuesAfterStateChange()).isTrue();
    assertThat(objects(states.following(observed(state), RECORDED, NOW)))
        .isEqualTo(step.changesState() ? "node " + host.uuid() : "");
    reservation = "conductor";
    assertWaits(
        states.next(observed(state), RECORDED, false, NOW),
        "Node is locked.",
        Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          active        | Node is in use.                                           | 300
          deploying     | Node is in use.                                           | 300
          verifying     | node in transition: state 'verifying'                     | 15
          cleaning      | node in transition: state 'cleaning'                      | 15
          deploy failed | node in state 'deploy failed', in which Ironic does not delete it | 300
          """)
  void aDeletedHostsNodeWaits(String state, String reason, int seconds) {
    assertWaits(
        new DeletedHostStates(false).next(observed(state), RECORDED, false, NOW),
        reason,
        Duration.ofSeconds(seconds));
  }

  @Test
  void aDeletedHostWaitsForBlazarAndForItsUser() {
    assertWaits(
        new DeletedHostStates(true).next(observed("available"), RECORDED, false, NOW),
        "host still in Blazar; its node is deleted after that",
        Duration.ofMinutes(1));
    assertThat(
            new DeletedHostStates(true)
                .next(IronicObservedState.ABSENT, RECORDED, false, NOW)
                .ending())
        .isEqualTo(new Outcome.Gone(List.of()));
    instance = "instance";
    assertWaits(
        new DeletedHostStates(false).next(observed("available"), RECORDED, false, NOW),
        "Node is in use.",
        Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @CsvSource({
    "enroll, true",
    "manageable, true",
    "available, true",
    "clean failed, true",
    "inspect failed, false",
    "cleaning, false"
  })
  void inMaintenanceOnlyAnUnpluggedMachineIsDeleted(String state, boolean deleted) {
    DeletedHostStates states = new DeletedHostStates(false);
    maintenance = true;
    assertWaits(
        states.next(observed(state), RECORDED, false, NOW),
        HostStateMachine.MAINTENANCE,
        Duration.ofMinutes(1));

    fault = "power failure";

    assertThat(objects(states.next(observed(state), RECORDED, false, NOW)))
        .isEqualTo(deleted ? "node " + host.uuid() : "");
    assertThat(states.following(observed(state), RECORDED, NOW).writes()).isEmpty();
  }
}
