package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.openstack.EndpointProperties;
import doni.openstack.ServiceProperties;
import doni.worker.DistributedLock;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WriteGate;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

@NullMarked
class BlazarConfigurationTests {

  private static final String PREFIX = "doni.workers.blazar";
  private static final Instant NOW = Instant.parse("2026-11-23T04:00:30Z");

  private static final DistributedLock ALONE =
      new DistributedLock() {
        @Override
        public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
          return work.get();
        }
      };

  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(Clock.class, () -> Clock.fixed(NOW, ZoneOffset.UTC))
          .withBean(DistributedLock.class, () -> ALONE)
          .withBean(
              MachineTypeCatalog.class,
              () ->
                  MachineTypeCatalog.of(
                      new MachineTypes(Map.of("pi", new MachineType("Pi", "Raspberry", "4")))))
          .withPropertyValues(PREFIX + ".backend=in-memory")
          .withUserConfiguration(BlazarConfiguration.class);

  @Test
  void hasNoWorkerUnlessEnabled() {
    site.run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @ParameterizedTest
  @CsvSource({"blazar.device, k8s", "blazar.physical_host, ironic"})
  void hasTheEnabledWorker(String type, String followed) {
    site.withPropertyValues("doni.workers.enabled=" + type)
        .run(context ->
            assertThat(context.getBean(Worker.class))
                .returns(type, Worker::type)
                .returns(Set.of(followed), Worker::dependsOn)
                .returns(true, Worker::reconciles));
  }

  @Test
  void hasBothWorkers() {
    site.withPropertyValues("doni.workers.enabled=blazar.device,blazar.physical_host")
        .run(context -> assertThat(context.getBeansOfType(Worker.class)).hasSize(2));
  }

  @Test
  void refusesAnUnknownBackend() {
    site.withPropertyValues("doni.workers.enabled=blazar.device", PREFIX + ".backend=paper")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining(
                    "doni.workers.blazar.backend is 'paper'; allowed: blazar, in-memory"));
  }

  @ParameterizedTest
  @CsvSource({"blazar.device", "blazar.physical_host"})
  void leasesAndDeletesInMemory(String type) {
    site.withPropertyValues("doni.workers.enabled=" + type)
        .run(context -> {
          Worker worker = context.getBean(Worker.class);
          HardwareId id = HardwareId.random();
          ReservationWindow window =
              new ReservationWindow(UUID.randomUUID(), NOW, NOW.plusSeconds(7200));
          Map<String, Object> details = new HashMap<>();

          Outcome first = attempt(worker, id, List.of(window), details, false);
          keep(details, first);
          Outcome second = attempt(worker, id, List.of(window), details, false);
          Outcome third = attempt(worker, id, List.of(), details, true);

          assertThat(first).isInstanceOf(Outcome.Synced.class);
          assertThat(details)
              .containsKey("blazar_resource_id")
              .extractingByKey("leases")
              .asString()
              .contains("availability_window_" + window.uuid());
          assertThat(((Outcome.Synced) second).changes()).isEmpty();
          assertThat(((Outcome.Gone) third).changes()).hasSize(2);
        });
  }

  private static Outcome attempt(
      Worker worker,
      HardwareId id,
      List<ReservationWindow> windows,
      Map<String, Object> details,
      boolean deleted) {
    Hardware device =
        new Hardware(
            id,
            "edge-01",
            "project",
            "any",
            Map.of("machine_name", "pi"),
            windows,
            Generation.FIRST,
            deleted);
    return worker
        .plan(new ReconcileContext(device, details, ReconcileContext.Cause.REQUESTED))
        .apply(WriteGate.OPEN);
  }

  private static void keep(Map<String, Object> details, Outcome outcome) {
    outcome
        .details()
        .forEach((key, value) -> {
          if (value != null) {
            details.put(key, value);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "blazar.device, authorized_projects",
    "blazar.device, authorized_projects_reason",
    "blazar.device, blazar_device_driver",
    "blazar.physical_host, authorized_projects",
    "blazar.physical_host, authorized_projects_reason",
    "blazar.physical_host, node_type",
    "blazar.physical_host, placement",
    "blazar.physical_host, su_factor"
  })
  void hasTheFieldsOfTheApi(String type, String name) {
    site.withPropertyValues("doni.workers.enabled=" + type)
        .run(context -> {
          List<WorkerField> fields = context.getBean(Worker.class).fields();
          assertThat(fields).hasSize(type.equals("blazar.device") ? 3 : 5);
          assertThat(fields)
              .filteredOn(field -> field.name().equals(name))
              .singleElement()
              .returns(false, WorkerField::required)
              .returns(false, WorkerField::hidden)
              .returns(false, WorkerField::masked)
              .returns(false, WorkerField::encrypted)
              .returns(
                  switch (name) {
                    case "blazar_device_driver" -> new WorkerField.Fallback.Stored("k8s");
                    case "su_factor" -> new WorkerField.Fallback.Declared(1.0);
                    default -> new WorkerField.Fallback.None();
                  },
                  WorkerField::fallback);
        });
  }

  @Test
  void hasDefaults() {
    assertThat(bind(Map.of()).service())
        .returns("reservation", ServiceProperties::type)
        .returns(null, ServiceProperties::endpointOverride)
        .returns(null, ServiceProperties::interfaceName)
        .returns(Duration.ofSeconds(60), ServiceProperties::readTimeout);
    assertThat(bind(Map.of()).backend()).isEqualTo("blazar");
  }

  @Test
  void readsEverySetting() {
    BlazarProperties properties =
        bind(
            Map.of(
                PREFIX + ".endpoint-override", "http://blazar:1234/v1",
                PREFIX + ".service-type", "lease",
                PREFIX + ".interface", "public",
                PREFIX + ".region", "CHI@Edge",
                PREFIX + ".connect-timeout", "1s",
                PREFIX + ".read-timeout", "2s",
                PREFIX + ".backend", "in-memory"));

    assertThat(properties)
        .isEqualTo(
            new BlazarProperties(
                new EndpointProperties(
                    "http://blazar:1234/v1",
                    "lease",
                    "public",
                    "CHI@Edge",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2)),
                "in-memory"));
    assertThat(properties.service().endpointOverride())
        .isEqualTo(URI.create("http://blazar:1234/v1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          endpoint-override ; blazar:1234/v1     ; ends in /v1
          endpoint-override ; http://blazar:1234 ; ends in /v1
          endpoint-override ; ftp://blazar/v1    ; ends in /v1
          service-type      ; ' '                ; a type of the catalog
          interface         ; private            ; admin, internal, public
          connect-timeout   ; 0s                 ; at most 5m
          read-timeout      ; 6m                 ; at most 5m
          """)
  void refusesAWrongValueNamingTheKeyAndWhatIsAllowed(String key, String value, String allowed) {
    assertThatThrownBy(() -> bind(Map.of(PREFIX + "." + key, value)))
        .rootCause()
        .hasMessageContaining(PREFIX + "." + key)
        .hasMessageContaining("; allowed: ")
        .hasMessageContaining(allowed);
  }

  private static BlazarProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate(PREFIX, BlazarProperties.class);
  }

  @Test
  void needsNothingWhereNoWorkerIsEnabled() {
    try (AnnotationConfigApplicationContext context =
        new AnnotationConfigApplicationContext("doni.worker.blazar")) {
      assertThat(context.getBeansOfType(Worker.class)).isEmpty();
    }
  }
}
