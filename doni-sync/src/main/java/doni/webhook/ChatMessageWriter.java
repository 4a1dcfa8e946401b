package doni.webhook;

import doni.enrollment.HardwareId;
import doni.event.ConsoleLinks;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as a short message for people: which device, what happened, why, what to do next,
 * and a link to the device.
 */
final class ChatMessageWriter {

  private static final int EXAMPLES = 5;

  private final Function<HardwareId, Optional<String>> names;
  private final ConsoleLinks links;

  /**
   * @param names returns the name of a device, if it is still known
   */
  ChatMessageWriter(Function<HardwareId, Optional<String>> names, ConsoleLinks links) {
    this.names = names;
    this.links = links;
  }

  /**
   * What happened, in our words.
   *
   * @param next what to do; null for nothing
   */
  private record Sentence(String happened, @Nullable String next) {

    static Sentence of(String happened) {
      return new Sentence(happened, null);
    }
  }

  String text(HardwareEvent event, ChatMarkup markup) {
    boolean site = event.hardware().equals(HardwareEventStore.SITE);
    Sentence sentence = site ? ofSite(event, markup) : ofDevice(event, markup);
    StringBuilder text = new StringBuilder();
    if (!site) {
      text.append(code(name(event.hardware()), markup)).append(' ');
    }
    text.append(sentence.happened());
    String reason = reason(event);
    if (reason != null) {
      text.append(": ").append(code(reason, markup));
    }
    if (sentence.next() != null) {
      text.append("\nNext: ").append(sentence.next()).append('.');
    }
    (site ? links.fleet() : links.device(event.hardware()))
        .ifPresent(url ->
            text.append('\n')
                .append(markup.link(url, site ? "Open the fleet" : "Open the device")));
    return text.toString();
  }

  private String name(HardwareId id) {
    return names.apply(id).orElseGet(id::toString);
  }

  private static String code(String text, ChatMarkup markup) {
    return markup.code(ChatMarkup.oneLine(text));
  }

  private static Sentence ofSite(HardwareEvent event, ChatMarkup markup) {
    Object devices = event.body().getOrDefault("devices", "Many");
    return switch (event.kind()) {
      case "devices.lost" ->
          new Sentence(
              devices
                  + " devices stopped responding within seconds"
                  + examples(event.body().get("examples"), markup),
              "check what they share: the hub, the cluster and the network of the site");
      case "devices.returned" ->
          event.body().get("still_lost") instanceof Number lost
              ? new Sentence(
                  "The loss of %s devices is over; %s of them do not respond yet"
                      .formatted(devices, lost),
                  lost.longValue() == 0 ? null : "check these devices one by one")
              : Sentence.of(devices + " devices respond differently, all at once");
      default -> Sentence.of("The site: " + code(event.kind(), markup));
    };
  }

  private static String examples(@Nullable Object examples, ChatMarkup markup) {
    return examples instanceof Collection<?> devices && !devices.isEmpty()
        ? devices.stream()
            .limit(EXAMPLES)
            .map(name -> code(String.valueOf(name), markup))
            .collect(Collectors.joining(", ", ", for example ", ""))
        : "";
  }

  private static Sentence ofDevice(HardwareEvent event, ChatMarkup markup) {
    return switch (event.kind()) {
      case "device.online" -> Sentence.of("responds");
      case "device.degraded" ->
          new Sentence(
              "responds, but not to every service, or it cannot be used",
              "read the reason, and the way to Ready of the device");
      case "device.offline" ->
          new Sentence("does not respond", "check the power and the network of the device");
      case "device.milestone.reached" ->
          Sentence.of("took the step " + code(milestone(event), markup));
      case "device.milestone.lost" ->
          new Sentence(
              "lost the step " + code(milestone(event), markup),
              "read the way to Ready of the device");
      case "worker.failed" ->
          new Sentence(
              "has an error in " + worker(event, markup),
              "correct what the error names; Doni tries again by itself");
      default -> ofRecord(event, markup);
    };
  }

  private static Sentence ofRecord(HardwareEvent event, ChatMarkup markup) {
    return switch (event.kind()) {
      case "hardware.created" ->
          new Sentence("was enrolled", "follow its way to Ready, and connect its power");
      case "hardware.updated" -> Sentence.of("was changed");
      case "hardware.labeled" -> Sentence.of("has other labels");
      case "hardware.synced" -> Sentence.of("is synced again, as requested");
      case "hardware.deleted" -> Sentence.of("was deleted");
      case "hardware.force_deleted" ->
          new Sentence(
              "was deleted without waiting for the backends", "see the leftovers of the site");
      case "hardware.quarantined" ->
          new Sentence("is in quarantine", "release it when the work on it is done");
      case "hardware.released" -> Sentence.of("was released from quarantine");
      case "worker.synced" -> Sentence.of("was synced by " + worker(event, markup));
      case "worker.deferred" -> Sentence.of("waits in " + worker(event, markup));
      case "worker.drift" ->
          Sentence.of("had drift, which was reverted by " + worker(event, markup));
      case "worker.drift.reported" ->
          new Sentence(
              "has drift, which was left alone by " + worker(event, markup),
              "decide which side is right");
      default ->
          Sentence.of(
              code(event.kind(), markup)
                  + (event.workerType() == null ? "" : " of " + worker(event, markup)));
    };
  }

  private static String worker(HardwareEvent event, ChatMarkup markup) {
    return "worker " + code(String.valueOf(event.workerType()), markup);
  }

  private static String milestone(HardwareEvent event) {
    return String.valueOf(event.body().get("milestone"));
  }

  /** Returns why it happened, as the event says it; null where it does not. */
  private static @Nullable String reason(HardwareEvent event) {
    Map<String, Object> body = event.body();
    if (body.get("reasons") instanceof List<?> all && !all.isEmpty()) {
      return String.valueOf(all.getFirst());
    }
    return Stream.of("reason", "message")
        .filter(key -> body.get(key) instanceof String)
        .map(key -> String.valueOf(body.get(key)))
        .findFirst()
        .orElse(null);
  }
}
