package doni.worker;

import java.util.Collection;

/**
 * How a worker says that its backend notified: the devices are looked at again at once. Returns
 * without waiting.
 */
public interface RequeueTrigger {

  /**
   * Makes the devices of these names due. Letter case does not matter; names under which nothing is
   * enrolled are ignored.
   */
  void requeueByName(Collection<String> names);

  /**
   * Makes the devices due whose property has one of these values, because what the worker wants of
   * them follows from it and is another now. Where there is no engine that knows the devices,
   * nothing happens.
   */
  default void requeueWhere(String property, Collection<String> values) {}

  /** Does nothing: for a worker that is used without an engine. */
  RequeueTrigger NONE = names -> {};
}
