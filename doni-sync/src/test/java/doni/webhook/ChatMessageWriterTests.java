package doni.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.event.ConsoleLinks;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.event.HardwareEventStore.EventFeedPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChatMessageWriterTests {

  private static final HardwareId DEVICE = HardwareId.parse("6f0ba7ab-7e0a-4b6c-a5ad-3b1f6ff05a1d");
  private static final String PAGE = "https://doni.example.org/console/devices/" + DEVICE;

  private final ConsoleLinks links = ConsoleLinks.of("https://doni.example.org/console/");

  @Test
  void saysWhatHappenedToWhichDeviceAndWhatToDoNext() {
    HardwareEvent offline = event(DEVICE, "device.offline", Map.of("reason", "node not ready"));

    assertThat(text(offline, ChatMarkup.SLACK))
        .isEqualTo(
            "`edge-1` does not respond: `node not ready`\n"
                + "Next: check the power and the network of the device.\n"
                + "<"
                + PAGE
                + "|Open the device>");
    assertThat(text(offline, ChatMarkup.MATTERMOST)).endsWith("[Open the device](" + PAGE + ")");
  }

  @Test
  void saysHowManyDevicesWereLost() {
    HardwareEvent lost =
        event(
            HardwareEventStore.SITE,
            "devices.lost",
            Map.of(
                "devices", 10_000, "examples", List.of("a", "b"), "reasons", List.of("hub down")));

    assertThat(text(lost, ChatMarkup.SLACK))
        .isEqualTo(
            """
            10000 devices stopped responding within seconds, for example `a`, `b`: `hub down`
            Next: check what they share: the hub, the cluster and the network of the site.
            <https://doni.example.org/console|Open the fleet>\
            """);
  }

  @Test
  void needsNeitherANameNorALink() {
    ChatMessageWriter plain = new ChatMessageWriter(_ -> Optional.empty(), ConsoleLinks.of(null));

    assertThat(
            plain.text(
                event(DEVICE, "worker.failed", Map.of("message", "no such fleet")),
                ChatMarkup.SLACK))
        .isEqualTo(
            "`"
                + DEVICE
                + "` has an error in worker `k8s`: `no such fleet`\n"
                + "Next: correct what the error names; Doni tries again by itself.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!channel>",
        "<!everyone> hi",
        "<@U012AB3CD>",
        "<https://evil.example.org|Log in>",
        "a & b > c",
        "end ` <!here> of code",
        "two\nlines ``` <!channel>"
      })
  void mentionsAndLinksNothingInSlack(String hostile) {
    String line = firstLine(hostile, ChatMarkup.SLACK);

    // Slack interprets what is between angle brackets, also in code; only its escapes may remain.
    assertThat(line).doesNotContain("<", ">").doesNotContainPattern("&(?!(amp|lt|gt);)");
    assertThat(line.chars().filter(c -> c == '`').count()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@all",
        "@channel and @here",
        "<!channel>",
        "[Log in](https://evil.example.org)",
        "https://evil.example.org",
        "end ` @all of code",
        "two\n\n@all"
      })
  void mentionsAndLinksNothingInMattermost(String hostile) {
    String line = firstLine(hostile, ChatMarkup.MATTERMOST);

    // Code is shown as it is, so a link in it is text; mentions are broken as well.
    assertThat(line).doesNotContainPattern("@(?!\u200b)").doesNotContain("<!");
    assertThat(line.chars().filter(c -> c == '`').count()).isEqualTo(4);
    assertThat(line).startsWith("`edge-1` does not respond: `").endsWith("`");
  }

  @ParameterizedTest
  @EnumSource(ChatMarkup.class)
  void cutsALongReason(ChatMarkup markup) {
    assertThat(firstLine("x".repeat(100_000), markup)).hasSizeLessThan(400).endsWith("...`");
  }

  @Test
  void hostileNamesOfDevicesAreCodeToo() {
    ChatMessageWriter hostile =
        new ChatMessageWriter(_ -> Optional.of("<!channel>"), ConsoleLinks.of(null));

    assertThat(hostile.text(event(DEVICE, "device.online", Map.of()), ChatMarkup.SLACK))
        .isEqualTo("`&lt;!channel&gt;` responds");
  }

  /** Slack requires a text, and knows these members; Mattermost requires a text. */
  @Test
  void bodiesHaveTheMembersThatChatsDocument() {
    WebhookBodyWriter bodies =
        new WebhookBodyWriter(
            JsonMapper.shared(), new ChatMessageWriter(_ -> Optional.of("edge-1"), links));
    HardwareEvent event = event(DEVICE, "device.online", Map.of());

    JsonNode slack = JsonMapper.shared().readTree(bodies.body(WebhookFormat.SLACK, event));
    JsonNode mattermost =
        JsonMapper.shared().readTree(bodies.body(WebhookFormat.MATTERMOST, event));

    assertThat(slack.propertyNames())
        .containsExactlyInAnyOrder("text", "unfurl_links", "unfurl_media");
    assertThat(slack.get("unfurl_links").booleanValue()).isFalse();
    assertThat(mattermost.propertyNames()).containsExactly("text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "worker.synced",
        "worker.gone",
        "worker.lost",
        "hardware.created",
        "hardware.updated",
        "hardware.deleted",
        "hardware.force_deleted",
        "hardware.labeled",
        "hardware.quarantined",
        "hardware.released",
        "hardware.synced",
        "worker.deferred",
        "worker.drift",
        "worker.drift.reported",
        "device.degraded",
        "device.milestone.reached",
        "device.milestone.lost",
        "some.new.kind"
      })
  void everyKindIsASentenceAboutTheDevice(String kind) {
    assertThat(text(event(DEVICE, kind, Map.of("milestone", "booted")), ChatMarkup.SLACK))
        .startsWith("`edge-1` ")
        .doesNotContain("null");
  }

  private String firstLine(String reason, ChatMarkup markup) {
    return text(event(DEVICE, "device.offline", Map.of("reason", reason)), markup)
        .lines()
        .findFirst()
        .orElseThrow();
  }

  private String text(HardwareEvent event, ChatMarkup markup) {
    return new ChatMessageWriter(_ -> Optional.of("edge-1"), links).text(event, markup);
  }

  private static HardwareEvent event(HardwareId id, String kind, Map<String, Object> body) {
    return new HardwareEvent(
        new EventFeedPosition(1, 1),
        id,
        Instant.EPOCH,
        kind,
        1,
        kind.startsWith("worker") ? "k8s" : null,
        null,
        null,
        null,
        body);
  }
}
