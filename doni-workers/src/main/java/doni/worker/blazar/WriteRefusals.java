package doni.worker.blazar;

import doni.worker.Change;
import doni.worker.blazar.BlazarWrite.CreateLease;
import doni.worker.blazar.BlazarWrite.CreateResource;
import doni.worker.blazar.BlazarWrite.DeleteResource;
import doni.worker.blazar.BlazarWrite.EndLease;
import doni.worker.blazar.BlazarWrite.MoveLease;
import doni.worker.blazar.BlazarWrite.ReplaceLease;
import doni.worker.blazar.BlazarWrite.SetProperties;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The writes that Blazar has refused in one attempt. They are not repeated in it and do not stop
 * the others. The next observation decides whether one of them took effect nevertheless.
 */
final class WriteRefusals {

  private record RefusedWrite(BlazarWrite write, WriteRefusal refusal) {}

  private final Map<String, RefusedWrite> refused = new LinkedHashMap<>();

  void add(BlazarWrite write, WriteRefusal refusal) {
    if (write instanceof SetProperties properties) {
      properties
          .properties()
          .forEach((key, change) ->
              refused.put(
                  propertyKey(key),
                  new RefusedWrite(
                      new SetProperties(properties.resourceId(), Map.of(key, change)), refusal)));
    } else {
      refused.put(key(write), new RefusedWrite(write, refusal));
    }
  }

  /** Forgets the writes that the observation shows, and returns their changes. */
  List<Change> visibleIn(BlazarObservedState observed) {
    List<Change> changes = new ArrayList<>();
    refused
        .values()
        .removeIf(it -> {
          boolean visible = it.write().isVisibleIn(observed);
          if (visible) {
            changes.addAll(it.write().changes());
          }
          return visible;
        });
    return changes;
  }

  /** Returns what of the stages was not refused. */
  List<List<BlazarWrite>> remaining(List<List<BlazarWrite>> stages) {
    return stages.stream()
        .map(stage -> stage.stream().flatMap(this::remaining).toList())
        .filter(stage -> !stage.isEmpty())
        .toList();
  }

  private Stream<BlazarWrite> remaining(BlazarWrite write) {
    if (write instanceof SetProperties properties) {
      SetProperties rest = properties.without(propertyKeys());
      return rest.properties().isEmpty() ? Stream.empty() : Stream.of(rest);
    }
    return refused.containsKey(key(write)) ? Stream.empty() : Stream.of(write);
  }

  /** Returns the refusal of the resource's creation. */
  Optional<WriteRefusal> creation() {
    return find(CreateResource.class);
  }

  /** Returns the refusal of the deletion of a resource. */
  Optional<WriteRefusal> deletion() {
    return find(DeleteResource.class);
  }

  boolean concernLeaseEnds() {
    return find(EndLease.class).isPresent();
  }

  private Optional<WriteRefusal> find(Class<? extends BlazarWrite> type) {
    return refused.values().stream()
        .filter(it -> type.isInstance(it.write()))
        .map(RefusedWrite::refusal)
        .findFirst();
  }

  /** Returns the first refusal of a lease's write whose cause is unknown. */
  Optional<WriteRefusal> leaseFailure() {
    return leaseWrites()
        .map(RefusedWrite::refusal)
        .filter(refusal ->
            switch (refusal.reason()) {
              case NOT_GRANTED, TOO_LATE, IN_TRANSITION -> false;
              default -> true;
            })
        .findFirst();
  }

  boolean hasLeaseRefusal(RefusalReason reason) {
    return leaseWrites().anyMatch(it -> it.refusal().is(reason));
  }

  /** Returns the windows that Blazar refuses, by the lease's name, with its words. */
  Map<String, String> windows() {
    Map<String, String> windows = new TreeMap<>();
    leaseWrites()
        .filter(it -> it.refusal().is(RefusalReason.NOT_GRANTED))
        .forEach(it -> {
          String kept = it.write() instanceof MoveLease move ? move.lease().stays() : "";
          windows.put(leaseName(it.write()), it.refusal().text() + kept);
        });
    return windows;
  }

  private Stream<RefusedWrite> leaseWrites() {
    return refused.values().stream().filter(it -> !leaseName(it.write()).isEmpty());
  }

  /** Returns the properties that Blazar does not store. */
  Set<String> propertyKeys() {
    Set<String> keys = new TreeSet<>();
    for (RefusedWrite it : refused.values()) {
      if (it.write() instanceof SetProperties properties) {
        keys.addAll(properties.properties().keySet());
      }
    }
    return keys;
  }

  /** Returns the refusals of properties, without repetitions. */
  List<WriteRefusal> propertyRefusals() {
    return refused.values().stream()
        .filter(it -> it.write() instanceof SetProperties)
        .map(RefusedWrite::refusal)
        .distinct()
        .toList();
  }

  private static String propertyKey(String property) {
    return "property " + property;
  }

  private static String key(BlazarWrite write) {
    return switch (write) {
      case CreateResource _ -> "create";
      case DeleteResource(_, var resource) -> "delete " + resource.id();
      case SetProperties properties -> String.join(" ", properties.properties().keySet());
      case CreateLease(var lease) -> "create " + lease.name();
      case MoveLease move -> "move " + move.lease().id();
      case ReplaceLease(EndLease end, _) -> key(end);
      case EndLease(var lease) -> "end " + lease.id();
    };
  }

  /** Returns the name of the lease that a write concerns; empty for a resource. */
  private static String leaseName(BlazarWrite write) {
    return switch (write) {
      case CreateResource _, DeleteResource _, SetProperties _ -> "";
      case CreateLease(var lease) -> lease.name();
      case MoveLease move -> move.lease().name();
      case ReplaceLease(_, CreateLease create) -> create.lease().name();
      case EndLease(var lease) -> lease.name();
    };
  }
}
