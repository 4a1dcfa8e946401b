package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.backend.SharedSnapshot;
import doni.enrollment.Secret;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** The fleets of balenaCloud or an openBalena server, through version 7 of its API. */
final class BalenaFleet implements Fleet {

  /** How old what a routine look sees may be. */
  private static final Duration KEPT = Duration.ofSeconds(20);

  private final BalenaApi api;
  private final BackendGuard remote;
  private final Access access;
  private final DeviceTypes types;
  private final Applications applications;
  private final DeviceRows devices;
  private final SharedSnapshot<Map<String, FleetDevice>> listing;

  BalenaFleet(BalenaProperties properties, FleetNames names, BackendGuard remote, Clock clock) {
    this.remote = remote;
    this.api = new BalenaApi(properties, remote);
    this.access = new Access(api, properties, clock);
    Rows rows = new Rows(api, access);
    this.types = new DeviceTypes(rows, clock);
    this.applications = new Applications(rows, access, names::all, clock);
    this.devices = new DeviceRows(rows);
    this.listing = new SharedSnapshot<>(() -> devices.of(applications.ids()), KEPT, clock);
  }

  @Override
  public Optional<LanePause> hold() {
    return access.hold().or(remote::hold);
  }

  @Override
  public String greet() {
    access.confirm();
    return api.endpoint() + " takes doni.workers.balena.api-token";
  }

  @Override
  public Optional<FleetDevice> glance(String uuid) {
    FleetDevice listed = listing.recent().get(uuid);
    return listed == null ? device(uuid) : Optional.of(listed);
  }

  @Override
  public Optional<FleetDevice> device(String uuid) {
    return devices.one(uuid);
  }

  @Override
  public OptionalLong deviceType(String slug) {
    return types.find(slug);
  }

  @Override
  public Lookup find(String name) {
    return applications.find(name);
  }

  @Override
  public Registration register(String uuid, long fleet, String deviceType) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("application", fleet);
    body.put("device_type", deviceType);
    body.put("uuid", uuid);
    try {
      JsonNode answer = access.with(() -> api.post("/device/register", body));
      return new Registration.Registered(
          Rows.id(answer, "id"), new Secret(Rows.text(answer, "api_key")));
    } catch (BackendException e) {
      return refused(e);
    }
  }

  /** The same status says that the device is there already and that the fleet is not. */
  private Registration refused(BackendException e) {
    String text = e.text();
    if (e.status() == 409 && text.contains("uuid")) {
      return new Registration.Taken();
    }
    if (e.status() == 409 && text.contains("Data is referenced by")) {
      applications.forget();
      return new Registration.FleetGone();
    }
    throw e;
  }

  @Override
  public void change(String uuid, DeviceChange change) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (change.name() != null) {
      body.put("device_name", change.name());
    }
    if (change.type() != null) {
      body.put("is_of__device_type", change.type());
    }
    run(() -> api.patch(OData.Row.ofDevice(uuid), body));
  }

  @Override
  public boolean create(VariableOwner owner, String name, Secret value) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(
        switch (owner.kind()) {
          case DEVICE -> "device";
          case SERVICE_INSTALL -> "service_install";
        },
        owner.id());
    body.put("name", name);
    body.put("value", value);
    try {
      access.with(() -> api.post(OData.ROOT + resource(owner), body));
      return true;
    } catch (BackendException e) {
      if (e.status() == 409) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void update(VariableOwner owner, long variable, Secret value) {
    run(() -> api.patch(OData.Row.of(resource(owner), variable), Map.of("value", value)));
  }

  @Override
  public Secret newKey(long device) {
    JsonNode answer =
        access.with(() -> api.post("/api-key/device/" + device + "/device-key", Map.of()));
    if (!answer.isString()) {
      throw BalenaApi.incomprehensible("a key", true);
    }
    return new Secret(answer.asString());
  }

  @Override
  public void delete(String uuid) {
    try {
      run(() -> api.delete(OData.Row.ofDevice(uuid)));
    } catch (BackendException e) {
      if (e.status() != 404) {
        throw e;
      }
    }
  }

  private void run(Runnable call) {
    Supplier<Boolean> done =
        () -> {
          call.run();
          return true;
        };
    access.with(done);
  }

  private static String resource(VariableOwner owner) {
    return switch (owner.kind()) {
      case DEVICE -> "device_environment_variable";
      case SERVICE_INSTALL -> "device_service_environment_variable";
    };
  }
}
