package doni.api.admission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Admits requests while there is room for them. The callers of one project get a share of it only,
 * so that they cannot keep others out.
 *
 * <p>A request waits for its turn, first come, first served.
 */
final class RequestAdmission {

  private final AdmissionLimits limits;
  private final Duration patience;
  private final Semaphore requests;
  private final Semaphore imports;
  private final ConcurrentHashMap<String, ProjectShare> projects = new ConcurrentHashMap<>();

  /**
   * @param patience longest time that a request waits
   */
  RequestAdmission(AdmissionLimits limits, Duration patience) {
    this.limits = limits;
    this.patience = patience;
    this.requests = new Semaphore(limits.requests(), true);
    this.imports = new Semaphore(limits.imports(), true);
  }

  /** Whether a request may be served. */
  sealed interface Entry {}

  /** The room that a request takes; closed when it has been served. */
  non-sealed interface Room extends Entry, AutoCloseable {
    @Override
    void close();
  }

  /** The service had no room in time. */
  record NoRoom() implements Entry {}

  /**
   * The project had as much as it may have.
   *
   * @param what plural of what is limited
   */
  record ShareTaken(String what, int share) implements Entry {}

  /**
   * Waits for room.
   *
   * @param project of the caller; empty for requests without a token
   * @param isImport whether the request is an import, for which there is less room
   * @return the room, or why there was none in time
   */
  Entry enter(String project, boolean isImport) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    ProjectShare share =
        projects.compute(
            project, (_, known) -> (known == null ? ProjectShare.of(limits) : known).joined());
    List<Semaphore> needed =
        isImport
            ? List.of(share.imports(), imports, share.requests(), requests)
            : List.of(share.requests(), requests);
    Deque<Semaphore> taken = new ArrayDeque<>();
    for (Semaphore places : needed) {
      if (!await(places, deadline, project, taken)) {
        leave(project, taken);
        return refusal(project, share, places);
      }
      taken.push(places);
    }
    Room room = () -> leave(project, taken);
    return room;
  }

  /** Callers without a token are not one client, which could send less. */
  private Entry refusal(String project, ProjectShare share, Semaphore missing) {
    if (project.isEmpty()) {
      return new NoRoom();
    }
    if (missing.equals(share.imports())) {
      return new ShareTaken("imports", limits.importsPerProject());
    }
    return missing.equals(share.requests())
        ? new ShareTaken("requests", limits.requestsPerProject())
        : new NoRoom();
  }

  private boolean await(Semaphore places, long deadline, String project, Deque<Semaphore> taken)
      throws InterruptedException {
    try {
      return places.tryAcquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      leave(project, taken);
      throw e;
    }
  }

  private void leave(String project, Deque<Semaphore> taken) {
    taken.forEach(Semaphore::release);
    projects.computeIfPresent(project, (_, share) -> share.users() == 1 ? null : share.left());
  }

  /** Returns how many requests are being served. */
  int inProgress() {
    return limits.requests() - requests.availablePermits();
  }

  /**
   * What the callers of one project may take; kept while any of them is here.
   *
   * @param users requests that wait or are being served
   */
  private record ProjectShare(Semaphore requests, Semaphore imports, int users) {

    static ProjectShare of(AdmissionLimits limits) {
      return new ProjectShare(
          new Semaphore(limits.requestsPerProject(), true),
          new Semaphore(limits.importsPerProject(), true),
          0);
    }

    ProjectShare joined() {
      return new ProjectShare(requests, imports, users + 1);
    }

    ProjectShare left() {
      return new ProjectShare(requests, imports, users - 1);
    }
  }
}
