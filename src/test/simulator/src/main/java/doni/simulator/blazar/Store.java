package doni.simulator.blazar;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What Blazar has stored, and how it is set to behave. Guarded by itself. */
final class Store {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  final Clock clock;
  final Nodes nodes;
  final Map<String, Row> devices = new LinkedHashMap<>();
  final Map<String, Row> hosts = new LinkedHashMap<>();
  final Map<String, LeaseRow> leases = new LinkedHashMap<>();

  /** Those of deleted devices too. */
  final Set<String> deviceNames = new HashSet<>();

  final Set<String> hypervisors = new HashSet<>();
  final Set<String> providers = new HashSet<>();
  final Set<String> occupied = new HashSet<>();

  /** Capability names that others bring in at this moment, so that the next write fails on them. */
  final Set<String> clashing = new HashSet<>();

  boolean changeableCapabilities;
  boolean uniqueNames = true;
  boolean hostsServed = true;
  Duration longestLease = Duration.ofDays(10_000);
  int trusts;

  Store(Clock clock, Nodes nodes) {
    this.clock = clock;
    this.nodes = nodes;
  }

  Instant now() {
    return clock.instant();
  }

  String stamp() {
    return STAMP.format(now());
  }

  Map<String, Row> rows(boolean host) {
    return host ? hosts : devices;
  }

  /** Leases that hold the row, now or later. */
  Stream<LeaseRow> holding(Row row) {
    return leases.values().stream().filter(lease -> lease.holds(row));
  }

  /** Every POST makes one before it looks at anything, and none is ever deleted. */
  void makeTrust(Caller caller) {
    if (!caller.trusting()) {
      throw BlazarError.uncaught();
    }
    trusts++;
  }

  /** What the manager does every ten seconds. */
  void tick() {
    for (LeaseRow lease : leases.values()) {
      boolean there = lease.host || nodes.isThere(lease.resource.name);
      if (!lease.stuck && lease.status.equals("PENDING") && !lease.start.isAfter(now())) {
        lease.status = there ? "ACTIVE" : "ERROR";
        lease.begun = there ? "DONE" : "ERROR";
        lease.free = !there;
      }
      if (!lease.stuck && lease.status.equals("ACTIVE") && !lease.end.isAfter(now())) {
        lease.status = there ? "TERMINATED" : "ERROR";
        lease.free = true;
      }
    }
  }
}
