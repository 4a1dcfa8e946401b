package doni.migration;

import java.util.List;

/** What the original has stored, as it is at one moment. */
public interface OriginalInventory {

  /**
   * @param devices live and deleted ones
   */
  record Counts(long devices, long tasks, long windows) {}

  Counts counts();

  /**
   * The devices, deleted ones too, with their tasks and windows, in the order of their ids.
   *
   * @param id only devices behind this one; 0 starts at the first
   * @param limit how many at most
   */
  List<OriginalDevice> after(long id, int limit);
}
