package doni.simulator.blazar;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Nodes of a cluster that is not there, which a test makes known. */
public final class SettableNodes implements Nodes {

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Map<String, String> labels = new ConcurrentHashMap<>();

  /** A device has joined under that name. */
  public void join(String name) {
    known.add(name);
  }

  /** The node of that name is gone, and its label with it. */
  public void leave(String name) {
    known.remove(name);
    labels.remove(name);
  }

  /** Which device the node says that it is; empty when it has no such label. */
  public String device(String name) {
    return labels.getOrDefault(name, "");
  }

  @Override
  public boolean isThere(String name) {
    return known.contains(name);
  }

  @Override
  public void label(String name, String device) {
    labels.put(name, device);
  }

  @Override
  public void unlabel(String name) {
    labels.remove(name);
  }
}
