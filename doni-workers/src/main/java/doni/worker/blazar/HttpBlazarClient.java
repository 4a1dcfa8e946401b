package doni.worker.blazar;

import static doni.openstack.ServiceRequest.segment;

import doni.openstack.OpenStackService;
import doni.openstack.ProjectLookup;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteKind;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Blazar's API v1. The URL in the catalog already ends in {@code /v1}. Nothing is paged, and no
 * listing can be filtered.
 */
final class HttpBlazarClient implements BlazarClient {

  private static final String LEASES = "/leases";

  private final OpenStackService blazar;
  private final ProjectLookup projects;

  HttpBlazarClient(OpenStackService blazar, ProjectLookup projects) {
    this.blazar = blazar;
    this.projects = projects;
  }

  @Override
  public Optional<LanePause> lanePause() {
    return blazar.lanePause();
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
  public List<BlazarResource> resources(ResourceKind kind) {
    ServiceResponse answer = blazar.send(ServiceRequest.get(kind.path())).orRefused();
    return BlazarDocuments.read(
        answer,
        kind.plural(),
        list -> BlazarDocuments.all(list, node -> BlazarDocuments.resource(kind, node)));
  }

  @Override
  public Optional<BlazarResource> resource(ResourceKind kind, String id) {
    return find(path(kind, id), kind.word(), node -> BlazarDocuments.resource(kind, node));
  }

  @Override
  public BlazarWriteResult<BlazarResource> createResource(
      ResourceKind kind, String name, Map<String, String> properties) {
    Map<String, String> body = new HashMap<>(properties);
    body.put("name", name);
    return write(
        WriteKind.CREATE,
        ServiceRequest.post(kind.path(), body),
        kind.word(),
        node -> BlazarDocuments.resource(kind, node));
  }

  @Override
  public BlazarWriteResult<BlazarResource> setProperties(
      ResourceKind kind, String id, Map<String, @Nullable String> properties) {
    return write(
        WriteKind.UPDATE,
        ServiceRequest.put(path(kind, id), properties),
        kind.word(),
        node -> BlazarDocuments.resource(kind, node));
  }

  @Override
  public BlazarWriteResult<String> deleteResource(ResourceKind kind, String id) {
    return delete(WriteKind.DELETE, path(kind, id), id);
  }

  @Override
  public List<ResourceBooking> bookings(ResourceKind kind) {
    ServiceResponse answer =
        blazar.send(ServiceRequest.get(kind.path() + "/allocations")).orRefused();
    return BlazarDocuments.read(answer, "allocations", BlazarDocuments::bookings);
  }

  @Override
  public List<BlazarLease> leases() {
    ServiceResponse answer = blazar.send(ServiceRequest.get(LEASES)).orRefused();
    return BlazarDocuments.read(
        answer, "leases", list -> BlazarDocuments.all(list, BlazarDocuments::lease));
  }

  @Override
  public Optional<BlazarLease> lease(String id) {
    return find(leasePath(id), "lease", BlazarDocuments::lease);
  }

  @Override
  public BlazarWriteResult<BlazarLease> createLease(DesiredLease lease) {
    return write(
        WriteKind.CREATE_LEASE,
        ServiceRequest.post(LEASES, BlazarDocuments.body(lease)),
        "lease",
        BlazarDocuments::lease);
  }

  @Override
  public BlazarWriteResult<BlazarLease> moveLease(String id, LeaseDates dates) {
    return write(
        WriteKind.MOVE_LEASE,
        ServiceRequest.put(leasePath(id), BlazarDocuments.body(dates)),
        "lease",
        BlazarDocuments::lease);
  }

  @Override
  public BlazarWriteResult<String> endLease(String id) {
    return delete(WriteKind.END_LEASE, leasePath(id), id);
  }

  private <T> Optional<T> find(String path, String key, Function<JsonNode, T> reading) {
    ServiceResponse answer = blazar.send(ServiceRequest.get(path));
    return answer.status() == 404
        ? Optional.empty()
        : Optional.of(BlazarDocuments.read(answer.orRefused(), key, reading));
  }

  private <T> BlazarWriteResult<T> write(
      WriteKind write, ServiceRequest request, String key, Function<JsonNode, T> reading) {
    ServiceResponse answer = blazar.send(request);
    return answer.isSuccess()
        ? new BlazarWriteResult.WriteAccepted<>(BlazarDocuments.read(answer, key, reading))
        : new BlazarWriteResult.WriteRefused<>(BlazarWriteResult.refusal(write, answer));
  }

  private BlazarWriteResult<String> delete(WriteKind write, String path, String id) {
    ServiceResponse answer = blazar.send(ServiceRequest.delete(path));
    if (answer.isSuccess()) {
      return new BlazarWriteResult.WriteAccepted<>(id);
    }
    WriteRefusal refusal = BlazarWriteResult.refusal(write, answer);
    return refusal.is(RefusalReason.GONE)
        ? new BlazarWriteResult.WriteAccepted<>(id)
        : new BlazarWriteResult.WriteRefused<>(refusal);
  }

  private static String path(ResourceKind kind, String id) {
    return kind.path() + "/" + segment(id);
  }

  private static String leasePath(String id) {
    return LEASES + "/" + segment(id);
  }
}
