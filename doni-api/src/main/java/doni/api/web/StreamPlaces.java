package doni.api.web;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/** How many streams may be open at the same time, and how many of them by one project. */
public final class StreamPlaces {

  private final Semaphore places;
  private final int mostOfProject;
  private final ConcurrentMap<String, Integer> byProject = new ConcurrentHashMap<>();

  public StreamPlaces(int most, int mostOfProject) {
    this.places = new Semaphore(most);
    this.mostOfProject = mostOfProject;
  }

  /** Takes a place; false if there is none for the project. */
  public boolean acquire(String projectId) {
    if (!places.tryAcquire()) {
      return false;
    }
    if (byProject.merge(projectId, 1, Integer::sum) > mostOfProject) {
      release(projectId);
      return false;
    }
    return true;
  }

  /** Gives a place back that was taken. */
  public void release(String projectId) {
    byProject.computeIfPresent(projectId, (_, open) -> open == 1 ? null : open - 1);
    places.release();
  }
}
