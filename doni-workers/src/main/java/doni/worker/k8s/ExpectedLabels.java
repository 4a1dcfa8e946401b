package doni.worker.k8s;

import doni.enrollment.LabelSyntax;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The labels that a Node must carry, by kind of device.
 *
 * @param byIndex labels by the value of the index property (a machine name)
 */
record ExpectedLabels(Map<String, Map<String, String>> byIndex) {

  /** Set by the worker from the device's property {@code local_egress}. */
  static final String LOCAL_EGRESS = "chi.edge/local_egress";

  private static final String SETTING = "doni.workers.k8s.expected-labels";

  private static final String RASPBERRY =
      "smarter-device-manager=enabled|smarter-device-manager/configmap=rpi";
  private static final String JETSON =
      "smarter-device-manager=enabled|smarter-device-manager/configmap=jetson"
          + "|nvidia-device-plugin/enabled=true";

  /** The labels that the DaemonSets of a Chameleon site select. */
  static final Map<String, String> CHAMELEON_DEFAULTS =
      Map.of(
          "raspberrypi3-64", RASPBERRY,
          "raspberrypi4-64", RASPBERRY,
          "jetson-nano", JETSON,
          "jetson-xavier-nx-emmc", JETSON,
          "coral-dev", "");

  ExpectedLabels {
    Map<String, Map<String, String>> copy = new LinkedHashMap<>();
    byIndex.forEach((index, labels) -> copy.put(index, Map.copyOf(labels)));
    byIndex = Map.copyOf(copy);
  }

  /**
   * Reads {@code key=value|key=value} for each value of the index property; an empty text means no
   * labels.
   *
   * @throws IllegalArgumentException that names the setting, its value and what is allowed
   */
  static ExpectedLabels parse(Map<String, String> texts) {
    Map<String, Map<String, String>> byIndex = new LinkedHashMap<>();
    texts.forEach((index, text) -> byIndex.put(index, labels(SETTING + '.' + index, text)));
    return new ExpectedLabels(byIndex);
  }

  /** Returns the labels for a value of the index property; none for an unknown value. */
  Map<String, String> of(String index) {
    return Optional.ofNullable(byIndex.get(index)).orElse(Map.of());
  }

  /** Returns every key that can be set on any device. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    byIndex.values().forEach(labels -> keys.addAll(labels.keySet()));
    return keys;
  }

  private static Map<String, String> labels(String setting, String text) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String entry : text.split("\\|", -1)) {
      if (!entry.isBlank()) {
        int equals = entry.indexOf('=');
        check(equals > 0, setting, "", entry.strip(), "key=value|key=value");
        String key = entry.substring(0, equals).strip();
        String value = entry.substring(equals + 1).strip();
        check(LabelSyntax.isKey(key), setting, "label key ", key, LabelSyntax.KEY);
        check(
            LabelSyntax.isValue(value), setting, "value of " + key + " ", value, LabelSyntax.VALUE);
        check(
            !LabelSyntax.isReserved(key) && !key.equals(LOCAL_EGRESS),
            setting,
            "label key ",
            key,
            "no key of " + LabelSyntax.reserved() + " and not " + LOCAL_EGRESS);
        check(labels.put(key, value) == null, setting, "label key ", key, "each key only once");
      }
    }
    return labels;
  }

  /** Words the refusal as every other one of a setting, so that a start ends with one line. */
  private static void check(
      boolean right, String setting, String part, String value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(
          "%s: %s'%s'; allowed: %s".formatted(setting, part, value, allowed));
    }
  }

  /**
   * The labels in effect: those of the configuration, and those of the machine types' files in
   * place of the defaults.
   */
  static final class CurrentLabels {

    private record Merged(MachineTypes types, ExpectedLabels labels) {}

    private final ExpectedLabels configured;
    private final MachineTypeCatalog catalog;
    private volatile Merged merged;

    CurrentLabels(ExpectedLabels configured, MachineTypeCatalog catalog) {
      this.configured = configured;
      this.catalog = catalog;
      this.merged = merge(catalog.current());
    }

    MachineTypeCatalog catalog() {
      return catalog;
    }

    ExpectedLabels current() {
      MachineTypes types = catalog.current();
      Merged now = merged;
      if (!now.types().equals(types)) {
        now = merge(types);
        merged = now;
      }
      return now.labels();
    }

    private Merged merge(MachineTypes types) {
      Map<String, Map<String, String>> byIndex = new LinkedHashMap<>(configured.byIndex());
      byIndex.putAll(types.labels());
      return new Merged(types, new ExpectedLabels(byIndex));
    }
  }
}
