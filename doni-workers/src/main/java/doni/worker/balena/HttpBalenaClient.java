package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.backend.SharedSnapshot;
import doni.enrollment.Secret;
import doni.worker.LanePause;
import doni.worker.balena.BalenaApi.AnsweredJson;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaProperties.FleetMapping;
import doni.worker.balena.BalenaWrite.CreateDeviceKey;
import doni.worker.balena.BalenaWrite.CreateVariable;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.RegisterDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.UpdateVariable;
import doni.worker.balena.BalenaWrite.VariableOwner;
import doni.worker.balena.ODataRows.RowPath;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The fleets of balenaCloud or an openBalena server, through version 7 of the API. */
final class HttpBalenaClient implements BalenaClient {

  /** How old a device may be that a scheduled attempt observes. */
  private static final Duration LISTING_TTL = Duration.ofSeconds(20);

  private final String endpoint;
  private final BackendGuard guard;
  private final BalenaApi api;
  private final TokenCheck token;
  private final BalenaCatalog catalog;
  private final DeviceRows devices;
  private final SharedSnapshot<FleetListing> listing;

  HttpBalenaClient(
      BalenaProperties properties, FleetMapping fleets, BackendGuard guard, Clock clock) {
    this.endpoint = properties.apiEndpoint();
    this.guard = guard;
    this.api = new BalenaApi(properties, guard, clock);
    this.token = new TokenCheck(api, properties, clock);
    ODataRows rows = new ODataRows(api, token);
    this.catalog = new BalenaCatalog(rows, token, fleets::names, clock);
    this.devices = new DeviceRows(rows);
    this.listing = new SharedSnapshot<>(this::readListing, LISTING_TTL, clock);
  }

  private FleetListing readListing() {
    List<Long> ids = catalog.fleetIds();
    return new FleetListing(Set.copyOf(ids), devices.devicesOf(ids));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return token.lanePause().or(guard::lanePause);
  }

  @Override
  public String verifyAccess() {
    token.confirm();
    return endpoint + " accepts " + BalenaProperties.TOKEN;
  }

  @Override
  public Optional<FleetDevice> recentDevice(String uuid) {
    FleetDevice listed = listing.recent().devices().get(uuid);
    return listed == null ? device(uuid) : Optional.of(listed);
  }

  @Override
  public FleetListing listDevices() {
    return listing.fresh();
  }

  @Override
  public Optional<FleetDevice> device(String uuid) {
    return devices.device(uuid);
  }

  @Override
  public OptionalLong deviceTypeId(String slug) {
    return catalog.deviceTypeId(slug);
  }

  @Override
  public FleetLookup fleet(String name) {
    return catalog.fleet(name);
  }

  @Override
  public BalenaWriteResult write(BalenaWrite write) {
    return switch (write) {
      case RegisterDevice register -> register(register);
      case UpdateDevice update -> update(update);
      case CreateDeviceKey(long deviceId) -> createKey(deviceId);
      case CreateVariable create -> createVariable(create);
      case UpdateVariable update ->
          patch(RowPath.of(resource(update.owner()), update.id()), Map.of("value", update.value()));
      case DeleteDevice(String uuid) -> delete(uuid);
    };
  }

  private BalenaWriteResult register(RegisterDevice write) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("application", write.fleetId());
    body.put("device_type", write.deviceType());
    body.put("uuid", write.uuid());
    try {
      AnsweredJson answer = token.check(() -> api.post("/device/register", body));
      return new BalenaWriteResult.KeyIssued(answer.id("id"), new Secret(answer.text("api_key")));
    } catch (BackendException e) {
      return registrationRefused(e);
    }
  }

  /** The same status means that the device exists already, and that the fleet does not exist. */
  private BalenaWriteResult registrationRefused(BackendException e) {
    if (e.status() == 409 && e.text().contains("uuid")) {
      return new BalenaWriteResult.UuidTaken();
    }
    if (e.status() == 409 && e.text().contains("Data is referenced by")) {
      catalog.forgetFleets();
      return new BalenaWriteResult.Outdated();
    }
    throw e;
  }

  private BalenaWriteResult update(UpdateDevice write) {
    Map<String, Object> body = new LinkedHashMap<>();
    write.name().ifPresent(name -> body.put("device_name", name));
    write.typeId().ifPresent(type -> body.put("is_of__device_type", type));
    return patch(RowPath.ofDevice(write.uuid()), body);
  }

  private BalenaWriteResult createKey(long deviceId) {
    AnsweredJson answer =
        token.check(() -> api.post("/api-key/device/" + deviceId + "/device-key", Map.of()));
    return new BalenaWriteResult.KeyIssued(deviceId, new Secret(answer.asText("a key")));
  }

  private BalenaWriteResult createVariable(CreateVariable write) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(ownerField(write.owner()), write.owner().id());
    body.put("name", write.name());
    body.put("value", write.value());
    try {
      token.check(() -> api.post(ODataRows.ROOT + resource(write.owner()), body));
      return new BalenaWriteResult.WriteAccepted();
    } catch (BackendException e) {
      if (e.status() == 409) {
        return new BalenaWriteResult.Outdated();
      }
      throw e;
    }
  }

  private BalenaWriteResult delete(String uuid) {
    try {
      return done(() -> api.delete(RowPath.ofDevice(uuid)));
    } catch (BackendException e) {
      if (e.status() == 404) {
        return new BalenaWriteResult.WriteAccepted();
      }
      throw e;
    }
  }

  private BalenaWriteResult patch(RowPath row, Map<String, ?> body) {
    return done(() -> api.patch(row, body));
  }

  private BalenaWriteResult done(Runnable call) {
    return token.<BalenaWriteResult>check(() -> {
      call.run();
      return new BalenaWriteResult.WriteAccepted();
    });
  }

  private static String resource(VariableOwner owner) {
    return switch (owner) {
      case VariableOwner.DeviceOwner _ -> "device_environment_variable";
      case VariableOwner.ServiceOwner _ -> "device_service_environment_variable";
    };
  }

  private static String ownerField(VariableOwner owner) {
    return switch (owner) {
      case VariableOwner.DeviceOwner _ -> "device";
      case VariableOwner.ServiceOwner _ -> "service_install";
    };
  }
}
