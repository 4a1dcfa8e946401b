package doni.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class WebhookConfigurationTests {

  private static final String PREFIX = "doni.webhooks.site.";

  private final Map<String, Object> settings =
      new HashMap<>(
          Map.of(
              PREFIX + "url", "https://receiver.example.org/doni",
              PREFIX + "secret", "0123456789abcdef"));

  @Test
  void tellsAllUnlessItIsToldWhich() {
    assertThat(WebhookConfiguration.webhooks(environment()))
        .singleElement()
        .satisfies(webhook -> {
          assertThat(webhook.name()).isEqualTo("site");
          assertThat(webhook.url()).hasHost("receiver.example.org");
          assertThat(webhook.wants("hardware.created")).isTrue();
        });
  }

  @Test
  void readsWhichEventsAreWanted() {
    settings.put(PREFIX + "events", "hardware.created,worker.*");

    WebhookReceiver webhook = WebhookConfiguration.webhooks(environment()).getFirst();

    assertThat(webhook.wants("hardware.created")).isTrue();
    assertThat(webhook.wants("worker.failed")).isTrue();
    assertThat(webhook.wants("hardware.updated")).isFalse();
    assertThat(webhook.wants("workers.failed")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"slack,SLACK", "Mattermost,MATTERMOST"})
  void aChatNeedsNoSecretAndGetsWhatPeopleWantToKnow(String text, WebhookFormat format) {
    settings.remove(PREFIX + "secret");
    settings.put(PREFIX + "format", text);

    WebhookReceiver webhook = WebhookConfiguration.webhooks(environment()).getFirst();

    assertThat(webhook.format()).isEqualTo(format);
    assertThat(webhook.secret()).isNull();
    assertThat(List.of("device.offline", "devices.lost", "worker.failed")).allMatch(webhook::wants);
    assertThat(webhook.wants("worker.synced")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "url,ftp://receiver.example.org/",
    "url,receiver.example.org",
    "url,https://user:hunter2@receiver.example.org/",
    "url,https://receiver example.org/",
    "secret,hunter2",
    "events,Worker Failed",
    "format,teams"
  })
  void refusesWhatIsWrongWithoutQuotingIt(String key, String value) {
    settings.put(PREFIX + key, value);

    assertThatThrownBy(() -> WebhookConfiguration.webhooks(environment()))
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            e -> {
              assertThat(e.getName()).isEqualTo(PREFIX + key);
              assertThat(e.getReason()).contains("allowed: ");
              assertThat(e).message().doesNotContain(value);
            });
  }

  @Test
  void refusesAKeyThatItDoesNotKnow() {
    settings.put(PREFIX + "sekret", "x");

    assertThatThrownBy(() -> WebhookConfiguration.webhooks(environment()))
        .hasRootCauseInstanceOf(
            org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException
                .class);
  }

  private StandardEnvironment environment() {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("settings", settings));
    return environment;
  }
}
