package doni.bench;

import doni.simulator.SimulatedSite;
import doni.simulator.http.Calls;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What one look at everything costs a backend of the workers.
 *
 * @param calls all of them, listings and writes included
 * @param listings of a whole collection of the site
 */
public record Sweep(String backend, long calls, long listings, long writes) {

  private static final Map<String, Pattern> COLLECTIONS =
      Map.of(
          "kubernetes", Pattern.compile("/api/v1/(nodes|namespaces/kube-system/secrets)"),
          "tunelo", Pattern.compile("/channels"),
          "blazar", Pattern.compile("/v1/(devices|os-hosts|leases)"),
          "balena", Pattern.compile("/v7/[a-z_]+"),
          "ironic", Pattern.compile("/v1/(nodes|ports)(/detail)?"));

  static final String HEAD =
      "| backend | calls | calls a device | listings | writes |\n| --- | ---: | ---: | ---: | ---: |";

  /** Forgets what was asked so far. */
  public static void begin(SimulatedSite site) {
    calls(site).values().forEach(Calls::clear);
  }

  /** What was asked since then. */
  public static List<Sweep> of(SimulatedSite site) {
    return calls(site).entrySet().stream().map(one -> of(one.getKey(), one.getValue())).toList();
  }

  private static Sweep of(String backend, Calls calls) {
    Pattern collection = Objects.requireNonNull(COLLECTIONS.get(backend));
    long listings =
        calls.all().stream()
            .filter(call -> !call.isWrite() && collection.matcher(call.path()).matches())
            .count();
    return new Sweep(backend, calls.total(), listings, calls.writes());
  }

  private static Map<String, Calls> calls(SimulatedSite site) {
    Map<String, Calls> calls = new LinkedHashMap<>();
    calls.put("kubernetes", site.kubernetes().calls());
    calls.put("tunelo", site.tunelo().calls());
    calls.put("blazar", site.blazar().calls());
    calls.put("balena", site.balena().calls());
    calls.put("ironic", site.ironic().calls());
    return calls;
  }

  String line(int devices) {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %.2f | %d | %d |",
        backend,
        calls,
        (double) calls / devices,
        listings,
        writes);
  }
}
