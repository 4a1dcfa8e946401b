package doni.webhook;

import doni.event.ConsoleLinks;
import doni.event.HardwareEventStore;
import doni.secret.KeyedHash;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code doni.webhooks}: a name to {@link WebhookProperties}. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {

  private static final String PREFIX = "doni.webhooks";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LONGEST_WAIT_SECONDS = 300;

  @Bean
  WebhookRunner webhookSenders(
      Environment environment,
      HardwareEventStore events,
      JdbcClient jdbc,
      JsonMapper json,
      ConsoleLinks links,
      @Qualifier("webhookTargetHash") KeyedHash hash,
      MeterRegistry meters,
      Clock clock) {
    WebhookBodyWriter bodies =
        new WebhookBodyWriter(json, new ChatMessageWriter(new DeviceNameReader(jdbc)::of, links));
    WebhookClient receiver = new WebhookClient(PATIENCE, bodies, clock);
    WebhookCursorStore cursors = new WebhookCursorStore(jdbc, hash);
    List<WebhookSender> senders =
        webhooks(environment).stream()
            .map(webhook ->
                new WebhookSender(
                    webhook, events, cursors, receiver, WebhookConfiguration::backOff, meters))
            .toList();
    return new WebhookRunner(senders, receiver);
  }

  static List<WebhookReceiver> webhooks(Environment environment) {
    Map<String, WebhookProperties> configured =
        Binder.get(environment)
            .bind(
                PREFIX,
                Bindable.mapOf(String.class, WebhookProperties.class),
                new NoUnboundElementsBindHandler(
                    new IgnoreTopLevelConverterNotFoundBindHandler(),
                    new UnboundElementsSourceFilter()))
            .orElseGet(Map::of);
    return new TreeMap<>(configured)
        .entrySet().stream()
            .map(entry -> WebhookReceiver.of(entry.getKey(), entry.getValue()))
            .toList();
  }

  /** Doubles from a second to five minutes. */
  private static Duration backOff(int failures) {
    return Duration.ofSeconds(Math.min(LONGEST_WAIT_SECONDS, 1L << Math.min(failures - 1, 20)));
  }
}
