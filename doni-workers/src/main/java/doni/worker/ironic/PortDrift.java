package doni.worker.ironic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is to be changed in a port.
 *
 * @param names may be written in almost every state
 * @param connectivity may be written in enroll and manageable only
 */
record PortDrift(Port port, List<PatchStep> names, List<PatchStep> connectivity) {

  PortDrift {
    names = List.copyOf(names);
    connectivity = List.copyOf(connectivity);
  }

  static PortDrift between(PortWish wish, Port port) {
    List<PatchStep> names = new ArrayList<>();
    if (!Objects.equals(port.extra().get("name"), wish.name())) {
      names.add(PatchStep.set("/extra/name", wish.name()));
    }
    List<PatchStep> connectivity = new ArrayList<>();
    if (port.pxeEnabled() != wish.pxeEnabled()) {
      connectivity.add(PatchStep.set("/pxe_enabled", wish.pxeEnabled()));
    }
    if (!comparable(port.link()).equals(comparable(wish.link()))) {
      connectivity.add(PatchStep.set("/local_link_connection", wish.link()));
    }
    return new PortDrift(port, names, connectivity);
  }

  boolean isEmpty() {
    return names.isEmpty() && connectivity.isEmpty();
  }

  List<PatchStep> steps() {
    return Stream.concat(names.stream(), connectivity.stream()).toList();
  }

  PortDrift withoutConnectivity() {
    return new PortDrift(port, names, List.of());
  }

  PortDrift without(List<PortDrift> written) {
    List<PatchStep> done =
        written.stream()
            .filter(other -> other.port.equals(port))
            .flatMap(other -> other.steps().stream())
            .toList();
    return new PortDrift(
        port,
        names.stream().filter(step -> !done.contains(step)).toList(),
        connectivity.stream().filter(step -> !done.contains(step)).toList());
  }

  /** A switch_info that is absent says as little as an empty one. */
  private static Map<String, Object> comparable(Map<String, Object> link) {
    Map<String, Object> comparable = new TreeMap<>(link);
    comparable.remove("switch_info", "");
    comparable.computeIfPresent("switch_id", (_, id) -> id.toString().toLowerCase(Locale.ROOT));
    return comparable;
  }
}
