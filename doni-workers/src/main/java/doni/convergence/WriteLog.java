package doni.convergence;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The changes that one attempt has made so far, in order. It survives an exception, so that what
 * was written before a call failed is still recorded.
 */
public final class WriteLog {

  private final List<Change> changes = new ArrayList<>();

  /** Records a change that the backend has confirmed. */
  public void add(Change change) {
    changes.add(change);
  }

  /** Records changes that one confirmed call made together. */
  public void addAll(Collection<Change> confirmed) {
    changes.addAll(confirmed);
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Returns what was written so far. */
  public List<Change> changes() {
    return List.copyOf(changes);
  }
}
