package doni.worker.tunelo;

import static doni.convergence.HardwareFixture.anEnrolledDevice;

import doni.convergence.HardwareFixture;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.SharedNames;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An enrolled device with channels. */
final class EdgeDevice {

  private final HardwareFixture fixture = anEnrolledDevice();
  private final Map<String, Object> channels = new TreeMap<>();

  /** Returns a key whose bytes are all the same. */
  static String key(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    return Base64.getEncoder().encodeToString(bytes);
  }

  static Change created(String name, int key) {
    return new Change(Change.Action.CREATE, "channel " + name, null, "key " + key(key));
  }

  static Change deleted(String uuid, int key) {
    return new Change(Change.Action.DELETE, "channel " + uuid, "key " + key(key), null);
  }

  EdgeDevice withId(HardwareId id) {
    fixture.withId(id);
    return this;
  }

  EdgeDevice with(String name, @Nullable String publicKey) {
    return withEntry(
        name,
        publicKey == null
            ? Map.of("channel_type", "wireguard")
            : Map.of("channel_type", "wireguard", "public_key", publicKey));
  }

  EdgeDevice withEntry(String name, Object entry) {
    channels.put(name, entry);
    fixture.withProperty(SharedNames.CHANNELS, new TreeMap<>(channels));
    return this;
  }

  EdgeDevice without(String name) {
    channels.remove(name);
    fixture.withProperty(SharedNames.CHANNELS, new TreeMap<>(channels));
    return this;
  }

  EdgeDevice delete() {
    fixture.deleted();
    return this;
  }

  HardwareId id() {
    return fixture.id();
  }

  boolean isDeleted() {
    return fixture.isDeleted();
  }

  boolean wants(String publicKey) {
    return channels.values().stream()
        .anyMatch(channel -> ((Map<?, ?>) channel).containsValue(publicKey));
  }

  boolean reports(String publicKey) {
    return String.valueOf(details().get(TuneloRecordedState.OWNED)).contains(publicKey);
  }

  Map<String, Object> details() {
    return fixture.details();
  }

  /** Returns what clients read of a channel. */
  Optional<Map<?, ?>> reported(String name) {
    return details().get("channels") instanceof Map<?, ?> all
            && all.get(name) instanceof Map<?, ?> one
        ? Optional.of(one)
        : Optional.empty();
  }

  String uuid(String name) {
    return reported(name).map(channel -> String.valueOf(channel.get("uuid"))).orElse("none");
  }

  Hardware hardware() {
    return fixture.hardware();
  }

  ReconcileContext attempt(Cause cause) {
    return fixture.attempt(cause);
  }

  Outcome record(Outcome outcome) {
    return fixture.record(outcome);
  }
}
