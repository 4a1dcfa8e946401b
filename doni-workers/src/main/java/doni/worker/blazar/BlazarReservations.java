package doni.worker.blazar;

import static doni.openstack.ServiceRequest.segment;

import doni.openstack.OpenStackService;
import doni.openstack.ProjectLookup;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import doni.worker.blazar.Refusals.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Blazar's API v1. The catalog's URL already ends in {@code /v1}. Nothing is paged, and no listing
 * can be filtered.
 */
final class BlazarReservations implements Reservations {

  private final OpenStackService blazar;
  private final ProjectLookup projects;

  BlazarReservations(OpenStackService blazar, ProjectLookup projects) {
    this.blazar = blazar;
    this.projects = projects;
  }

  @Override
  public Optional<LanePause> hold() {
    return blazar.hold();
  }

  @Override
  public String projectId() {
    return blazar.projectId();
  }

  @Override
  public ProjectLookup.Found project(String idOrName) {
    return projects.find(idOrName);
  }

  @Override
  public List<Resource> resources(Kind kind) {
    ServiceResponse answer = blazar.send(ServiceRequest.get(kind.path())).orRefused();
    return Wire.read(
        answer, kind.plural(), list -> Wire.all(list, node -> Wire.resource(kind, node)));
  }

  @Override
  public Optional<Resource> resource(Kind kind, String id) {
    return find(path(kind, id), kind.single(), node -> Wire.resource(kind, node));
  }

  @Override
  public Reply<Resource> create(Kind kind, String name, Map<String, String> properties) {
    Map<String, String> body = new HashMap<>(properties);
    body.put("name", name);
    return reply(
        Write.CREATE,
        ServiceRequest.post(kind.path(), body),
        kind.single(),
        node -> Wire.resource(kind, node));
  }

  @Override
  public Reply<Resource> update(Kind kind, String id, Map<String, @Nullable String> properties) {
    return reply(
        Write.UPDATE,
        ServiceRequest.put(path(kind, id), properties),
        kind.single(),
        node -> Wire.resource(kind, node));
  }

  @Override
  public Optional<Refusal> delete(Kind kind, String id) {
    return refused(Write.DELETE, ServiceRequest.delete(path(kind, id)));
  }

  @Override
  public List<Booking> bookings(Kind kind) {
    ServiceResponse answer =
        blazar.send(ServiceRequest.get(kind.path() + "/allocations")).orRefused();
    return Wire.read(answer, "allocations", Wire::bookings);
  }

  @Override
  public List<Lease> leases() {
    ServiceResponse answer = blazar.send(ServiceRequest.get("/leases")).orRefused();
    return Wire.read(answer, "leases", list -> Wire.all(list, Wire::lease));
  }

  @Override
  public Optional<Lease> lease(String id) {
    return find("/leases/" + segment(id), "lease", Wire::lease);
  }

  @Override
  public Reply<Lease> grant(LeaseWish wish) {
    return reply(
        Write.GRANT, ServiceRequest.post("/leases", Wire.body(wish)), "lease", Wire::lease);
  }

  @Override
  public Reply<Lease> move(String id, Dates dates) {
    return reply(
        Write.MOVE,
        ServiceRequest.put("/leases/" + segment(id), Wire.body(dates)),
        "lease",
        Wire::lease);
  }

  @Override
  public Optional<Refusal> end(String id) {
    return refused(Write.END, ServiceRequest.delete("/leases/" + segment(id)));
  }

  private <T> Optional<T> find(String path, String key, Function<JsonNode, T> reading) {
    ServiceResponse answer = blazar.send(ServiceRequest.get(path));
    return answer.status() == 404
        ? Optional.empty()
        : Optional.of(Wire.read(answer.orRefused(), key, reading));
  }

  private <T> Reply<T> reply(
      Write write, ServiceRequest request, String key, Function<JsonNode, T> reading) {
    ServiceResponse answer = blazar.send(request);
    return answer.isSuccess()
        ? new Reply.Done<>(Wire.read(answer, key, reading))
        : new Reply.Refused<>(Refusals.of(write, answer));
  }

  private Optional<Refusal> refused(Write write, ServiceRequest request) {
    ServiceResponse answer = blazar.send(request);
    return answer.isSuccess()
        ? Optional.empty()
        : Optional.of(Refusals.of(write, answer)).filter(r -> !r.is(Refusal.Reason.GONE));
  }

  private static String path(Kind kind, String id) {
    return kind.path() + "/" + segment(id);
  }
}
