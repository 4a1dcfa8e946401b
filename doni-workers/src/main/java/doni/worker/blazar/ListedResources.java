package doni.worker.blazar;

import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All resources of one kind as Blazar listed them, with our own writes since. What an attempt looks
 * up of them does not take longer the more there are.
 */
final class ListedResources {

  private final ResourceKind kind;
  private final List<BlazarResource> listed;
  private final Instant askedAt;
  private final OwnWrites own;
  private final Map<String, List<BlazarResource>> byMark;
  private final Map<String, List<BlazarResource>> byName;
  private final Set<String> propertyNames;

  /**
   * @param askedAt the moment before Blazar was asked: what was written later may be missing
   */
  ListedResources(ResourceKind kind, List<BlazarResource> listed, Instant askedAt, OwnWrites own) {
    this.kind = kind;
    this.listed = List.copyOf(listed);
    this.askedAt = askedAt;
    this.own = own;
    this.byMark = listed.stream().collect(Collectors.groupingBy(it -> it.mark(kind)));
    this.byName = listed.stream().collect(Collectors.groupingBy(it -> folded(it.name())));
    this.propertyNames =
        listed.stream()
            .flatMap(it -> it.properties().keySet().stream())
            .collect(Collectors.toSet());
  }

  List<BlazarResource> all() {
    return withOwn(listed).toList();
  }

  /** Returns those that represent the hardware of that uuid. */
  List<BlazarResource> representing(String uid) {
    return withOwn(byMark.getOrDefault(uid, List.of()))
        .filter(it -> it.represents(kind, uid))
        .toList();
  }

  /** Returns one of that name that represents other hardware or none; case does not matter. */
  Optional<BlazarResource> namesake(String name, String uid) {
    return withOwn(byName.getOrDefault(folded(name), List.of()))
        .filter(it -> it.name().equalsIgnoreCase(name) && !it.represents(kind, uid))
        .findFirst();
  }

  /** Returns whether each of these properties is one that some resource has. */
  boolean knowsProperties(Set<String> names) {
    Set<String> unknown = new HashSet<>(names);
    unknown.removeAll(propertyNames);
    return unknown.isEmpty()
        || unknown.stream()
            .allMatch(name -> own.since(askedAt).anyMatch(it -> it.properties().containsKey(name)));
  }

  private Stream<BlazarResource> withOwn(List<BlazarResource> some) {
    return Stream.concat(
        some.stream().filter(it -> !own.hasWritten(it.id(), askedAt)), own.since(askedAt));
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** What we wrote since the listing, as Blazar confirmed it. */
  static final class OwnWrites {

    /**
     * @param resource empty if it was deleted
     */
    private record OwnWrite(Optional<BlazarResource> resource, Instant at) {}

    private final ConcurrentMap<String, OwnWrite> byId = new ConcurrentHashMap<>();

    void put(BlazarResource resource, Instant at) {
      byId.put(resource.id(), new OwnWrite(Optional.of(resource), at));
    }

    void remove(String id, Instant at) {
      byId.put(id, new OwnWrite(Optional.empty(), at));
    }

    void forgetBefore(Instant moment) {
      byId.values().removeIf(write -> write.at().isBefore(moment));
    }

    private boolean hasWritten(String id, Instant since) {
      OwnWrite write = byId.get(id);
      return write != null && !write.at().isBefore(since);
    }

    private Stream<BlazarResource> since(Instant moment) {
      return byId.values().stream()
          .filter(write -> !write.at().isBefore(moment))
          .flatMap(write -> write.resource().stream());
    }
  }
}
