package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.ReservationWindow;
import doni.worker.Change;
import doni.worker.blazar.BlazarDesiredState.NodeReport;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.CreateResource;
import doni.worker.blazar.BlazarWrite.DeleteResource;
import doni.worker.blazar.BlazarWrite.EndLease;
import doni.worker.blazar.BlazarWrite.SetProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The drift between an enrollment and Blazar's resource: no network. */
@NullMarked
class BlazarDriftTests {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:30Z");
  private static final BlazarRecordedState NOTHING = BlazarRecordedState.of(Map.of());
  private static final UUID WINDOW = UUID.fromString("00000000-0000-0000-0000-000000000001");

  private final Map<String, String> wanted =
      new HashMap<>(
          Map.of(
              "uid", "u1",
              "device_driver", "k8s",
              "device_type", "container",
              "vendor", "Raspberry Pi",
              "authorized_projects", "a,b"));
  private final Map<String, String> present = new HashMap<>(wanted);
  private NodeReport nodes = new NodeReport(true, Set.of("edge-01"), true);

  /** One property at a time: as observed, and the write that follows. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          vendor,              Raspberry Pi, -
          vendor,              -,            CREATE
          vendor,              NVIDIA,       UPDATE
          vendor,              '',           UPDATE
          uid,                 -,            CREATE
          device_driver,       zun,          UPDATE
          device_type,         vm,           UPDATE
          authorized_projects, 'b,a',        -
          authorized_projects, 'a',          UPDATE
          authorized_projects, 'a,b,c',      UPDATE
          authorized_projects, '',           UPDATE
          authorized_projects, -,            CREATE
          restricted_reason,   lab,          DELETE
          former,              1,            DELETE
          foreign,             1,            -
          """)
  void comparesEachProperty(String key, @Nullable String value, Change.@Nullable Action action) {
    if (value == null) {
      present.remove(key);
    } else {
      present.put(key, value);
    }

    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(), observed(resource("d1", "edge-01")), recorded("former"), false);

    assertThat(drift.changes())
        .isEqualTo(
            action == null
                ? List.of()
                : List.of(new Change(action, "property " + key, value, wanted.get(key))));
    assertThat(drift.isEmpty()).isEqualTo(action == null);
  }

  @Test
  void removesARecordedPropertyThatIsNotWantedAnyMore() {
    present.put("gpu", "True");

    assertThat(
            BlazarDrift.between(
                    enrolled(), observed(resource("d1", "edge-01")), recorded("gpu"), false)
                .changes())
        .containsExactly(new Change(Change.Action.DELETE, "property gpu", "True", null));
    assertThat(
            BlazarDrift.between(enrolled(), observed(resource("d1", "edge-01")), NOTHING, false)
                .changes())
        .isEmpty();
  }

  @Test
  void keepsARecordedAuthorizationThatCannotBeResolved() {
    wanted.remove("authorized_projects");
    BlazarDesiredState desired = desired("edge-01", Set.of("restricted_reason"), false);

    BlazarDrift drift =
        BlazarDrift.between(
            desired, observed(resource("d1", "edge-01")), recorded("authorized_projects"), false);

    assertThat(drift.isEmpty()).isTrue();
  }

  /** Blazar refuses a write as a whole. */
  @Test
  void writesColumnsMissingAndChangedPropertiesSeparately() {
    present.put("device_driver", "zun");
    present.put("vendor", "NVIDIA");
    present.remove("uid");

    BlazarDrift drift =
        BlazarDrift.between(enrolled(), observed(resource("d1", "edge-01")), NOTHING, false);

    assertThat(drift.stages())
        .singleElement()
        .satisfies(stage ->
            assertThat(stage)
                .extracting(write -> ((SetProperties) write).values())
                .containsExactly(
                    Map.of("device_driver", "k8s"),
                    Map.of("uid", "u1"),
                    Map.of("vendor", "Raspberry Pi")));
  }

  @ParameterizedTest
  @EnumSource(ResourceKind.class)
  void onlyADeviceHasColumns(ResourceKind kind) {
    assertThat(kind.columns())
        .isEqualTo(kind == ResourceKind.DEVICE ? Set.of("device_type", "device_driver") : Set.of());
  }

  @Test
  void createsAResourceThatIsMissingAndThenItsLeases() {
    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(), observed(Optional.empty(), List.of(), List.of()), recorded("gpu"), false);

    assertThat(drift.stages())
        .containsExactly(List.of(new CreateResource(ResourceKind.DEVICE, "edge-01", wanted)));
    assertThat(drift.changes()).containsExactly(Change.create("device edge-01"));
  }

  @Test
  void aResourceThatIsRecordedButGoneIsCreated() {
    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(),
            observed(Optional.empty(), List.of(), List.of()),
            NOTHING.withResource("d1"),
            false);

    assertThat(drift.changes()).containsExactly(Change.create("device edge-01"));
  }

  @Test
  void aResourceOfAnotherNameIsReplacedWithItsLeases() {
    BlazarLease lease = lease();
    BlazarResource old = resource("d1", "old");
    ReservationWindow window = new ReservationWindow(WINDOW, lease.start(), lease.end());
    BlazarDesiredState desired = desired("edge-01", ProjectAuthorization.KEYS, false, window);

    BlazarDrift drift =
        BlazarDrift.between(
            desired, observed(Optional.of(old), List.of(), List.of(lease)), NOTHING, false);

    assertThat(drift.stages()).hasSize(4);
    assertThat(drift.changes())
        .containsExactly(
            Change.create("device edge-01"),
            Change.delete("lease " + lease.name()),
            Change.delete("device old"),
            Change.create("lease " + lease.name()));
  }

  /** As left by an attempt that ended between the two. */
  @Test
  void aSuccessorThatExistsIsCompletedAndNotCreated() {
    present.remove("vendor");
    BlazarResource old = resource("d1", "old");
    BlazarResource successor = resource("d2", "Edge-01");
    BlazarResource twin = resource("d3", "twin");

    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(),
            observed(Optional.of(old), List.of(twin, successor), List.of()),
            NOTHING,
            false);

    assertThat(drift.changes())
        .containsExactly(
            new Change(Change.Action.CREATE, "property vendor", null, "Raspberry Pi"),
            Change.delete("device old"),
            Change.delete("device twin"));
  }

  @Test
  void aResourceWhoseSuccessorIsRefusedStaysWithItsLeases() {
    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(),
            observed(Optional.of(resource("d1", "old")), List.of(), List.of(lease())),
            NOTHING,
            true);

    assertThat(drift.keepsFormer()).isTrue();
    assertThat(drift.changes()).containsExactly(Change.delete("lease " + lease().name()));
  }

  /** What destroys a resource waits for a present report of the node that replaces it. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          true,  edge-01, true,  true
          true,  edge-01, false, false
          true,  old,     true,  false
          true,  -,       true,  false
          false, -,       false, true
          """)
  void onlyAReportOfTheNewNodeReplacesAResource(
      boolean managed, @Nullable String reported, boolean current, boolean replaced) {
    nodes = new NodeReport(managed, reported == null ? Set.of() : Set.of(reported), current);

    BlazarDrift drift =
        BlazarDrift.between(enrolled(), observed(resource("d1", "old")), NOTHING, false);

    assertThat(drift.changes())
        .isEqualTo(
            replaced
                ? List.of(Change.create("device edge-01"), Change.delete("device old"))
                : List.of());
    assertThat(drift.keepsFormer()).isEqualTo(!replaced);
  }

  @Test
  void theCaseOfANameDoesNotMatter() {
    assertThat(
            BlazarDrift.between(enrolled(), observed(resource("d1", "Edge-01")), NOTHING, false)
                .isEmpty())
        .isTrue();
  }

  @Test
  void duplicatesAreDeletedLast() {
    present.put("vendor", "NVIDIA");
    BlazarResource duplicate = resource("d2", "edge-01");

    BlazarDrift drift =
        BlazarDrift.between(
            enrolled(),
            observed(Optional.of(resource("d1", "edge-01")), List.of(duplicate), List.of()),
            NOTHING,
            false);

    assertThat(drift.stages()).hasSize(2);
    assertThat(drift.stages().getLast())
        .containsExactly(new DeleteResource(ResourceKind.DEVICE, duplicate));
  }

  @Test
  void aDeletedDeviceLosesItsLeasesAndThenItsResources() {
    BlazarLease lease = lease();
    BlazarResource resource = resource("d1", "old");
    BlazarResource duplicate = resource("d2", "edge-01");

    BlazarDrift drift =
        BlazarDrift.between(
            desired("edge-01", Set.of(), true),
            observed(Optional.of(resource), List.of(duplicate), List.of(lease)),
            NOTHING,
            false);

    assertThat(drift.stages())
        .containsExactly(
            List.of(new EndLease(lease)),
            List.of(
                new DeleteResource(ResourceKind.DEVICE, resource),
                new DeleteResource(ResourceKind.DEVICE, duplicate)));
  }

  /** Blazar refuses to delete it, so that the write is not sent; our own leases end at once. */
  @Test
  void aDeletedDeviceThatIsReservedLosesOnlyItsLeases() {
    BlazarLease lease = lease();
    ResourceBooking booking =
        new ResourceBooking(
            "d1", "b", "other", "q", LeaseState.PENDING, lease.start(), lease.end());

    BlazarDrift drift =
        BlazarDrift.between(
            desired("edge-01", Set.of(), true),
            new BlazarObservedState(
                Optional.of(resource("d1", "edge-01")),
                List.of(),
                Optional.empty(),
                List.of(lease),
                List.of(booking),
                NOW),
            NOTHING,
            false);

    assertThat(drift.stages()).containsExactly(List.of(new EndLease(lease)));
  }

  @Test
  void aDeletedDeviceThatIsGoneHasNoDrift() {
    BlazarDrift drift =
        BlazarDrift.between(
            desired("edge-01", Set.of(), true),
            observed(Optional.empty(), List.of(), List.of()),
            NOTHING.withResource("d1"),
            false);

    assertThat(drift.isEmpty()).isTrue();
  }

  /** A refused write may have taken effect in whole or in part. */
  @Test
  void anObservationShowsWhichRefusedPropertiesAreStored() {
    SetProperties write =
        new SetProperties(
            "d1",
            Map.of(
                "vendor",
                Change.update("property vendor", "NVIDIA", "Raspberry Pi"),
                "gpu",
                new Change(Change.Action.DELETE, "property gpu", "True", null)));
    BlazarResource resource = resource("d1", "edge-01");

    assertThat(write.isVisibleIn(observed(resource))).isTrue();
    present.put("gpu", "True");
    assertThat(write.isVisibleIn(observed(resource("d1", "edge-01")))).isFalse();
    assertThat(write.isVisibleIn(observed(resource("d2", "edge-01")))).isFalse();
    assertThat(write.withoutStored(resource("d1", "edge-01")).properties()).containsOnlyKeys("gpu");
  }

  private BlazarDesiredState enrolled() {
    return desired("edge-01", ProjectAuthorization.KEYS, false);
  }

  private BlazarDesiredState desired(
      String name, Set<String> managedKeys, boolean deleted, ReservationWindow... windows) {
    return new BlazarDesiredState(
        ResourceKind.DEVICE,
        "u1",
        name,
        wanted,
        managedKeys,
        List.of(windows),
        nodes,
        Optional.empty(),
        Map.of(),
        Generation.FIRST,
        deleted);
  }

  private static BlazarRecordedState recorded(String propertyKey) {
    return BlazarRecordedState.of(Map.of("property_keys", List.of(propertyKey)));
  }

  private BlazarResource resource(String id, String name) {
    return new BlazarResource(id, name, true, null, present);
  }

  private static BlazarLease lease() {
    return new BlazarLease(
        "l1",
        BlazarDesiredState.LEASE_PREFIX + WINDOW,
        "p",
        LeaseState.PENDING,
        NOW.plus(Duration.ofHours(1)),
        NOW.plus(Duration.ofHours(2)),
        null,
        List.of());
  }

  private static BlazarObservedState observed(BlazarResource resource) {
    return observed(Optional.of(resource), List.of(), List.of());
  }

  private static BlazarObservedState observed(
      Optional<BlazarResource> resource,
      List<BlazarResource> duplicates,
      List<BlazarLease> leases) {
    return new BlazarObservedState(resource, duplicates, Optional.empty(), leases, List.of(), NOW);
  }
}
