package doni.simulator.balena;

import doni.simulator.balena.Keys.Caller;
import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import doni.simulator.http.SimulatedApi;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A simulated openBalena API server, version 7 of the API: the resources and calls that a client
 * needs to register and configure devices.
 *
 * <p>Builds and releases are not simulated: {@link #release} sets the services of a fleet's
 * release. Whole rows have fewer fields than those of a real server.
 */
public final class SimulatedBalena extends SimulatedApi {

  private final Keys keys = new Keys();
  private final Resources resources;
  private final SupervisorApi supervisor;
  private volatile String token = keys.issue(new Caller.User(false));

  /**
   * Starts the API, with the device types of a real server and without fleets.
   *
   * @param port 0 for a free one
   */
  public SimulatedBalena(int port, Clock clock) {
    super(
        port,
        clock,
        (status, text) ->
            status == 400
                ? new Answer.Full(400, Map.of(), "text/html; charset=utf-8", "<!DOCTYPE html>")
                : Answer.empty(status));
    resources = new Resources(keys, clock);
    supervisor = new SupervisorApi(keys, resources, clock);
    PlainApi plain = new PlainApi(keys, resources, () -> token);
    server
        .router()
        .route("POST", "/login_", plain::login)
        .route("GET", "/ping", request -> new Answer.Full(200, Map.of(), "text/plain", "OK"))
        .route("GET", "/actor/v1/whoami", plain::whoami)
        .route("POST", "/device/register", plain::register)
        .route("POST", "/api-key/user/full", plain::userKey)
        .route("POST", "/api-key/application/{id}/provisioning", plain::provisioningKey)
        .route("POST", "/api-key/device/{id}/device-key", plain::deviceKey)
        .route("GET", "/device/v3/{uuid}/state", supervisor::state)
        .route("GET", "/v7/.+", this::get)
        .route("POST", "/v7/.+", resources::post)
        .route("PATCH", "/v7/.+", resources::patch)
        .route("PUT", "/v7/.+", resources::put)
        .route("DELETE", "/v7/.+", resources::delete);
    server.start();
  }

  private Answer get(Request request) {
    supervisor.expire();
    return resources.get(request);
  }

  /** Sets the variables that the operator of the site gave to all fleets, for their devices. */
  public void fleetVariables(Map<String, String> variables) {
    supervisor.fleetVariables(variables);
  }

  /** Returns the user's API key. */
  public String token() {
    return token;
  }

  /** Issues one more API key of the user, beside {@link #token}. */
  public String newToken() {
    return keys.issue(new Caller.User(false));
  }

  /** Gives the user another key; from now on, the old one is answered with 401. */
  public void rotateToken() {
    keys.revoke(token);
    token = keys.issue(new Caller.User(false));
  }

  /** Creates a fleet and returns its id. */
  public long addFleet(String organization, String name, String deviceType) {
    return resources.addFleet(organization, name, deviceType);
  }

  public void removeFleet(long id) {
    resources.remove("application", id);
  }

  /** Finishes a release of these services, and installs them on the devices of the fleet. */
  public void release(long fleet, String... services) {
    resources.release(fleet, List.of(services));
  }

  /**
   * Sets whether services appear on devices only with {@link #catchUp}, as on a server that
   * installs them by asynchronous tasks.
   */
  public void installLate(boolean late) {
    resources.installLate(late);
  }

  /** Runs the asynchronous tasks. */
  public void catchUp() {
    resources.catchUp();
  }

  /** Registers a device as another client would, and returns its id. */
  public long addDevice(String uuid, long fleet, String deviceType) {
    return resources.addDevice(uuid, fleet, deviceType).path("id").asLong();
  }

  public long devices() {
    return resources.locked(tables -> (long) tables.all("device").size());
  }

  public Optional<Long> deviceId(String uuid) {
    return device(uuid).map(row -> row.path("id").asLong());
  }

  public Optional<String> deviceName(String uuid) {
    return device(uuid).map(row -> row.path("device_name").asString());
  }

  public Optional<String> deviceType(String uuid) {
    return device(uuid)
        .flatMap(row ->
            resources.locked(
                tables -> tables.find("device_type", Tables.id(row, "is_of__device_type"))))
        .map(row -> row.path("slug").asString());
  }

  public void removeDevice(String uuid) {
    device(uuid).ifPresent(row -> resources.remove("device", row.path("id").asLong()));
  }

  /** Moves a device to another fleet as another client would: its service variables are lost. */
  public void moveDevice(String uuid, long fleet) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("belongs_to__application", fleet);
    device(uuid)
        .ifPresent(row ->
            resources.locked(_ -> {
              resources.change("device", row, body);
              return row;
            }));
  }

  /** Changes fields of a device as another client would; does nothing without that device. */
  public void changeDevice(String uuid, ObjectNode fields) {
    device(uuid).ifPresent(row -> resources.locked(tables -> row.setAll(fields)));
  }

  /** Returns the number of valid API keys of the device. */
  public long keys(long device) {
    return keys.countOf(new Caller.Device(device));
  }

  public boolean isKeyOf(String key, long device) {
    return keys.is(key, new Caller.Device(device));
  }

  /** Returns the device variables by name. */
  public Map<String, String> deviceVariables(String uuid) {
    return device(uuid)
        .map(row ->
            resources.locked(
                tables -> values(tables.linked("device", row, "device_environment_variable"))))
        .orElse(Map.of());
  }

  /** Returns the variables of one service on a device by name. */
  public Map<String, String> serviceVariables(String uuid, String service) {
    return device(uuid)
        .map(row ->
            resources.locked(tables ->
                values(
                    tables.linked("device", row, "service_install").stream()
                        .filter(install ->
                            tables.linked("service_install", install, "installs__service").stream()
                                .anyMatch(s -> s.path("service_name").asString().equals(service)))
                        .flatMap(install ->
                            tables
                                .linked(
                                    "service_install",
                                    install,
                                    "device_service_environment_variable")
                                .stream())
                        .toList())))
        .orElse(Map.of());
  }

  /** Changes the variables of that name on a device and its services, as another client would. */
  public void setEveryVariable(String uuid, String name, String value) {
    resources.setEveryVariable(uuid, name, value);
  }

  private Optional<ObjectNode> device(String uuid) {
    return resources.locked(tables ->
        tables.where("device", row -> row.path("uuid").asString().equals(uuid)).stream()
            .findFirst());
  }

  private static Map<String, String> values(List<? extends JsonNode> variables) {
    return variables.stream()
        .collect(
            Collectors.toMap(
                row -> row.path("name").asString(), row -> row.path("value").asString()));
  }
}
