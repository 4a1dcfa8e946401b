package doni.worker.blazar;

import doni.openstack.ProjectLookup;
import doni.worker.LanePause;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reservations of the site: what can be reserved, and who has leased it when.
 *
 * <p>Every method but {@link #hold} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none, or when it is one that says that we may not do
 * that or did not ask properly. After such an exception of a write nobody knows whether it was
 * carried out.
 */
interface Reservations {

  /** Why nothing can be asked at the moment; from memory. */
  Optional<LanePause> hold();

  /** The project whose leases are ours. */
  String projectId();

  /** The project that an enrollment names by id or by name. */
  ProjectLookup.Found project(String idOrName);

  /** All of the site: expensive. */
  List<Resource> resources(Kind kind);

  Optional<Resource> resource(Kind kind, String id);

  /**
   * @param name of the Kubernetes node, or of the hypervisor
   * @param properties without it
   */
  Reply<Resource> create(Kind kind, String name, Map<String, String> properties);

  /**
   * @param properties those that differ; null removes one that is there
   */
  Reply<Resource> update(Kind kind, String id, Map<String, @Nullable String> properties);

  /** Empty when it is deleted. */
  Optional<Refusal> delete(Kind kind, String id);

  /** All current and future ones of the site, of every project. */
  List<Booking> bookings(Kind kind);

  /** All of the site, also those that are over: expensive. */
  List<Lease> leases();

  Optional<Lease> lease(String id);

  Reply<Lease> grant(LeaseWish wish);

  /** Does not see to it that nobody else has the resource at that time. */
  Reply<Lease> move(String id, Dates dates);

  /** Ends and deletes it. Empty when it is gone. */
  Optional<Refusal> end(String id);
}
