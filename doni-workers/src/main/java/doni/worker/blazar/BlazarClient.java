package doni.worker.blazar;

import doni.openstack.ProjectLookup;
import doni.worker.LanePause;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reservation service of the site.
 *
 * <p>Every method but {@link #lanePause} may wait for an answer. It throws a {@link
 * doni.backend.BackendException} if there is none, or if our credentials or the request itself are
 * refused. After such an exception of a write, it is unknown whether Blazar carried it out.
 */
interface BlazarClient {

  /** Returns why Blazar cannot be called at the moment, from memory. */
  Optional<LanePause> lanePause();

  /** Returns the project that owns our leases. */
  String projectId();

  /** Finds the project that an enrollment names by id or by name. */
  ProjectLookup.Found project(String idOrName);

  /** Returns all of the site, which is expensive. */
  List<BlazarResource> resources(ResourceKind kind);

  Optional<BlazarResource> resource(ResourceKind kind, String id);

  /**
   * @param name of the Kubernetes node, or of the hypervisor
   * @param properties without the name
   */
  BlazarWriteResult<BlazarResource> createResource(
      ResourceKind kind, String name, Map<String, String> properties);

  /**
   * @param properties those that differ; null removes an existing one
   */
  BlazarWriteResult<BlazarResource> setProperties(
      ResourceKind kind, String id, Map<String, @Nullable String> properties);

  /** Deletes a resource; one that does not exist counts as deleted. */
  BlazarWriteResult<String> deleteResource(ResourceKind kind, String id);

  /** Returns all current and future bookings of the site, of every project. */
  List<ResourceBooking> bookings(ResourceKind kind);

  /** Returns all leases of the site, including those that are over, which is expensive. */
  List<BlazarLease> leases();

  Optional<BlazarLease> lease(String id);

  BlazarWriteResult<BlazarLease> createLease(DesiredLease lease);

  /** Changes the time of a lease. Blazar does not check that the resource is free then. */
  BlazarWriteResult<BlazarLease> moveLease(String id, LeaseDates dates);

  /** Ends and deletes a lease; one that does not exist counts as deleted. */
  BlazarWriteResult<String> endLease(String id);
}
