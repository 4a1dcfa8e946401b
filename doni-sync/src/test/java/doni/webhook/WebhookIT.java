package doni.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.event.ConsoleLinks;
import doni.event.HardwareEventStore;
import doni.secret.KeyedHash;
import doni.testing.InventoryApplication;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class WebhookIT {

  private static final String SECRET = "s3cret-s3cret-s3cret";
  private static final WebhookBodyWriter BODIES =
      new WebhookBodyWriter(
          JsonMapper.shared(),
          new ChatMessageWriter(
              _ -> Optional.of("edge-1"), new ConsoleLinks("https://doni.example.org/console")));

  private final HardwareEventStore events;
  private final JdbcClient jdbc;
  private final HardwareId device = HardwareId.random();
  private final TestReceiver receiver = new TestReceiver();
  private final WebhookClient http =
      new WebhookClient(Duration.ofSeconds(10), BODIES, Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private final KeyedHash hash;

  @Autowired
  WebhookIT(
      HardwareEventStore events, JdbcClient jdbc, @Qualifier("webhookTargetHash") KeyedHash hash) {
    this.events = events;
    this.jdbc = jdbc;
    this.hash = hash;
  }

  @BeforeEach
  void empty() {
    jdbc.sql("truncate event, webhook").update();
  }

  @AfterEach
  void close() {
    http.close();
    receiver.close();
  }

  @Test
  void tellsInOrderWhatHappensFromNowOn() {
    happens("before");
    WebhookSender sender = registered("site", "/");
    happens("one", "two", "three");

    sender.send(() -> true);
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one", "two", "three");
    assertThat(receiver.posts().getFirst().body())
        .contains("\"kind\":\"one\"", "\"hardware_uuid\":\"" + device + "\"", "\"colour\":\"red\"")
        .contains("\"id\":" + receiver.posts().getFirst().id());
    assertThat(count("delivered")).isEqualTo(3);
  }

  @Test
  void signsTimeAndBody() throws Exception {
    WebhookSender sender = registered("site", "/");
    happens("one");

    sender.send(() -> true);

    TestReceiver.Post post = receiver.posts().getFirst();
    String time = post.signature().replaceFirst("t=(\\d+),v1=.*", "$1");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] expected = mac.doFinal((time + "." + post.body()).getBytes(StandardCharsets.UTF_8));
    assertThat(post.signature())
        .isEqualTo("t=" + time + ",v1=" + HexFormat.of().formatHex(expected));
    assertThat(Long.parseLong(time))
        .isCloseTo(Clock.systemUTC().millis() / 1_000, org.assertj.core.data.Offset.offset(60L));
  }

  @Test
  void tellsOnlyWhatIsWanted() {
    WebhookSender sender = registered("site", "/", "hardware.created", "worker.*");
    happens("hardware.created", "hardware.updated", "worker.failed", "worker.gone");

    sender.send(() -> true);

    assertThat(receiver.kinds())
        .containsExactly("hardware.created", "worker.failed", "worker.gone");
  }

  @Test
  void tellsAgainWhatAReceiverDidNotTakeBeforeAllThatFollows() {
    WebhookSender sender = registered("site", "/");
    happens("one", "two");
    receiver.answers(500);
    sender.send(() -> true);
    receiver.answers(204);

    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one", "one", "two");
    assertThat(receiver.posts().get(0).id()).isEqualTo(receiver.posts().get(1).id());
    assertThat(count("failed")).isEqualTo(1);
  }

  @Test
  void waitsBeforeItTriesAgain() {
    WebhookSender sender = sender(webhook("site", "/"), Duration.ofHours(1));
    sender.register();
    happens("one");
    receiver.answers(503);

    sender.send(() -> true);
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one");
    assertThat(row("site").get("reason")).isEqualTo("it answered 503");
    await()
        .untilAsserted(
            () -> assertThat(meters.get("doni.webhook.lag").gauge().value()).isPositive());
  }

  @Test
  void followsNoRedirect() {
    WebhookSender sender = registered("site", "/here");
    happens("one");
    receiver.answers(307);

    sender.send(() -> true);

    assertThat(receiver.posts()).extracting(TestReceiver.Post::path).containsExactly("/here");
    assertThat(String.valueOf(row("site").get("reason"))).contains("redirects are not followed");
  }

  @Test
  void givesUpOnAReceiverThatHangsAndHoldsUpNoOther() {
    try (TestReceiver other = new TestReceiver();
        WebhookClient impatient =
            new WebhookClient(Duration.ofMillis(500), BODIES, Clock.systemUTC())) {
      WebhookSender stuck =
          new WebhookSender(
              webhook("stuck", "/"),
              events,
              new WebhookCursorStore(jdbc, hash),
              impatient,
              _ -> Duration.ZERO,
              meters);
      stuck.register();
      WebhookSender free =
          sender(
              new WebhookReceiver(
                  "free", other.uri("/"), new Secret(SECRET), List.of(), WebhookFormat.EVENT),
              Duration.ZERO);
      free.register();
      receiver.hangs(true);
      happens("one");
      WebhookRunner both = new WebhookRunner(List.of(stuck, free), http);

      both.start();

      await().untilAsserted(() -> assertThat(other.kinds()).containsExactly("one"));
      await()
          .untilAsserted(() ->
              assertThat(String.valueOf(row("stuck").get("reason"))).contains("did not answer"));
      both.stop();
    }
  }

  @Test
  void cannotReachWhoIsNotThere() {
    WebhookSender sender = registered("site", "/");
    receiver.close();
    happens("one");

    sender.send(() -> true);

    assertThat(String.valueOf(row("site").get("reason")))
        .contains("was not reached")
        .doesNotContain("127.0.0.1");
  }

  @Test
  void stopsForAReceiverThatWantsNoMoreUntilItsUrlIsAnother() {
    WebhookSender sender = registered("site", "/old");
    happens("one");
    receiver.answers(410);
    sender.send(() -> true);
    receiver.answers(204);
    sender.register();
    sender.send(() -> true);

    assertThat(receiver.posts()).hasSize(1);
    await()
        .untilAsserted(
            () -> assertThat(meters.get("doni.webhook.stopped").gauge().value()).isEqualTo(1));

    registered("site", "/new").send(() -> true);
    assertThat(receiver.posts())
        .extracting(TestReceiver.Post::path)
        .containsExactly("/old", "/new");
  }

  @Test
  void goesOnAfterARestartWhereItWas() {
    registered("site", "/").send(() -> true);
    release();
    happens("one");
    registered("site", "/").send(() -> true);
    release();
    happens("two");

    registered("site", "/").send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one", "two");
  }

  @Test
  void isSentByOneReplicaAtATime() throws Exception {
    List<WebhookSender> replicas = new ArrayList<>();
    IntStream.range(0, 3).forEach(_ -> replicas.add(registered("site", "/")));
    happens(IntStream.range(0, 250).mapToObj(i -> "e" + i).toArray(String[]::new));
    CyclicBarrier all = new CyclicBarrier(replicas.size());
    List<Callable<Boolean>> sending =
        replicas.stream()
            .<Callable<Boolean>>map(sender ->
                () -> {
                  all.await();
                  sender.send(() -> true);
                  return true;
                })
            .toList();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(threads.invokeAll(sending)).allSatisfy(one -> assertThat(one.get()).isTrue());
    }

    assertThat(receiver.kinds())
        .containsExactlyElementsOf(IntStream.range(0, 250).mapToObj(i -> "e" + i).toList());
  }

  @Test
  void isTakenOverFromAReplicaThatDied() {
    WebhookReceiver webhook = webhook("site", "/");
    WebhookCursorStore dead = new WebhookCursorStore(jdbc, hash);
    dead.register(webhook, events.end());
    assertThat(dead.hold(webhook)).isPresent();
    happens("one");
    WebhookSender sender = registered("site", "/");
    sender.send(() -> true);
    assertThat(receiver.posts()).isEmpty();

    release();
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one");
    assertThat(dead.advance(webhook, events.end())).isFalse();
  }

  @Test
  void countsNothingThatAReplicaWithTheUrlOfBeforeIsTold() {
    WebhookReceiver before = webhook("site", "/old");
    WebhookCursorStore old = new WebhookCursorStore(jdbc, hash);
    old.register(before, events.end());
    assertThat(old.hold(before)).isPresent();
    WebhookSender sender = registered("site", "/new");
    happens("one");

    old.stop(before, "it answered 410");
    assertThat(old.advance(before, events.end())).isFalse();
    assertThat(old.hold(before)).isEmpty();
    sender.send(() -> true);

    assertThat(receiver.posts()).extracting(TestReceiver.Post::path).containsExactly("/new");
    await()
        .untilAsserted(
            () -> assertThat(meters.get("doni.webhook.stopped").gauge().value()).isZero());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void goesOnWithoutAnEventThatTheReceiverHasRefusedForAnHour(int status) {
    WebhookSender sender = registered("site", "/");
    happens("poison", "good");
    receiver.answers("poison", status);
    sender.send(() -> true);
    sender.send(() -> true);
    assertThat(receiver.kinds()).containsExactly("poison", "poison");

    refusedSince("1 hour");
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("poison", "poison", "poison", "good");
    assertThat(count("skipped")).isEqualTo(1);
    assertThat(count("delivered")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 408, 429, 500, 503})
  void skipsNothingWhileTheReceiverIsUnwell(int status) {
    WebhookSender sender = registered("site", "/");
    happens("one");
    receiver.answers(400);
    sender.send(() -> true);
    refusedSince("2 hours");
    receiver.answers(status);
    sender.send(() -> true);
    receiver.answers(400);
    sender.send(() -> true);

    receiver.answers(204);
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("one", "one", "one", "one");
    assertThat(count("skipped")).isZero();
    assertThat(count("delivered")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"120, 115, 121", "7200, 3595, 3601", "soon, -1, 2"})
  void waitsAsLongAsItIsAskedToButNotLongerThanAnHour(String asked, int atLeast, int atMost) {
    WebhookSender sender = registered("site", "/");
    happens("one");
    receiver.answers(503, asked);

    sender.send(() -> true);

    assertThat(
            jdbc.sql("select extract(epoch from next_attempt_at - now())::int from webhook")
                .query(Integer.class)
                .single())
        .isBetween(atLeast, atMost);
  }

  @ParameterizedTest
  @CsvSource({"SLACK, unfurl_links", "MATTERMOST, text"})
  void postsAMessageToAChat(WebhookFormat format, String member) {
    WebhookSender sender = chat(format);
    happens("device.offline");
    receiver.answers(200);

    sender.send(() -> true);

    TestReceiver.Post post = receiver.posts().getFirst();
    assertThat(post.signature()).isEqualTo("null");
    assertThat(JsonMapper.shared().readTree(post.body()).get(member)).isNotNull();
    assertThat(JsonMapper.shared().readTree(post.body()).get("text").asString())
        .startsWith("`edge-1` does not respond\nNext: check the power")
        .contains("https://doni.example.org/console/devices/" + device);
    assertThat(count("delivered")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"404, 0, 2", "403, 0, 2", "429, 30, 30", "500, 0, 2"})
  void triesAMessageAgainThatSlackDidNotTake(int status, String retryAfter, int atMost) {
    WebhookSender sender = chat(WebhookFormat.SLACK);
    happens("device.offline");
    receiver.answers(status, retryAfter);

    sender.send(() -> true);
    int wait =
        jdbc.sql("select extract(epoch from next_attempt_at - now())::int from webhook")
            .query(Integer.class)
            .single();
    jdbc.sql("update webhook set next_attempt_at = now()").update();
    receiver.answers(200, "");
    sender.send(() -> true);

    assertThat(wait).isBetween(Math.max(0, atMost - 5), atMost);
    assertThat(receiver.kinds()).containsExactly("device.offline", "device.offline");
    assertThat(count("delivered")).isEqualTo(1);
  }

  @Test
  void stopsForAChannelOfSlackThatIsArchived() {
    WebhookSender sender = chat(WebhookFormat.SLACK);
    happens("device.offline", "device.online");
    receiver.answers(410);

    sender.send(() -> true);
    sender.send(() -> true);

    assertThat(receiver.kinds()).containsExactly("device.offline");
    assertThat(row("site").get("reason")).isEqualTo("it answered 410");
  }

  @Test
  void knowsTheNameOfADeviceAlsoWhenItIsGone() {
    events.workerDid("hardware.deleted", device, Generation.FIRST, "k8s", Map.of("name", "edge-9"));

    assertThat(new DeviceNameReader(jdbc).of(device)).contains("edge-9");
    assertThat(new DeviceNameReader(jdbc).of(HardwareId.random())).isEmpty();
  }

  @Test
  void storesAndShowsNoSecret() {
    WebhookReceiver webhook = webhook("site", "/?token=t0ken");
    sender(webhook, Duration.ZERO).register();

    assertThat(
            String.valueOf(jdbc.sql("select w::text from webhook w").query(String.class).single()))
        .doesNotContain(SECRET, "t0ken");
    assertThat(webhook.toString()).doesNotContain(SECRET, "t0ken");
  }

  /** The URL for a chat is the credential itself; a guess must not be verifiable. */
  @Test
  void storesNothingOfAUrlThatAGuessCanBeComparedWith() throws Exception {
    WebhookReceiver webhook = webhook("site", "/services/T/B/x");
    sender(webhook, Duration.ZERO).register();

    byte[] stored = jdbc.sql("select target from webhook").query(byte[].class).single();

    byte[] url = webhook.url().toString().getBytes(StandardCharsets.UTF_8);
    for (String algorithm : Security.getAlgorithms("MessageDigest")) {
      assertThat(stored)
          .as(algorithm)
          .isNotEqualTo(MessageDigest.getInstance(algorithm).digest(url));
    }
    assertThat(hash.matches(stored, webhook.url().toString())).isTrue();
  }

  private WebhookSender registered(String name, String path, String... kinds) {
    WebhookSender sender = sender(webhook(name, path, kinds), Duration.ZERO);
    sender.register();
    return sender;
  }

  private WebhookReceiver webhook(String name, String path, String... kinds) {
    return new WebhookReceiver(
        name, receiver.uri(path), new Secret(SECRET), List.of(kinds), WebhookFormat.EVENT);
  }

  private WebhookSender chat(WebhookFormat format) {
    WebhookSender sender =
        sender(
            new WebhookReceiver("site", receiver.uri("/services/T/B/x"), null, List.of(), format),
            Duration.ZERO);
    sender.register();
    return sender;
  }

  private WebhookSender sender(WebhookReceiver webhook, Duration wait) {
    return new WebhookSender(
        webhook, events, new WebhookCursorStore(jdbc, hash), http, _ -> wait, meters);
  }

  private void happens(String... kinds) {
    for (String kind : kinds) {
      events.workerDid(kind, device, Generation.FIRST, "k8s", Map.of("colour", "red"));
    }
    // Another test's transaction in the same cluster of databases holds back what can be followed.
    await()
        .untilAsserted(() ->
            assertThat(
                    jdbc.sql(
                            "select count(*) from event where tx >= pg_snapshot_xmin(pg_current_snapshot())")
                        .query(Long.class)
                        .single())
                .isZero());
  }

  private void refusedSince(String interval) {
    jdbc.sql("update webhook set refused_since = now() - cast(? as interval)")
        .param(interval)
        .update();
  }

  /** As the minute does that a dead replica holds it for. */
  private void release() {
    jdbc.sql("update webhook set held_until = now() - interval '1 second' where holder is not null")
        .update();
  }

  private Map<String, Object> row(String name) {
    return jdbc.sql("select coalesce(reason, '') as reason from webhook where name = ?")
        .param(name)
        .query((row, _) -> Map.<String, Object>of("reason", row.getString(1)))
        .single();
  }

  private double count(String outcome) {
    return meters.get("doni.webhook.deliveries").tag("outcome", outcome).counter().count();
  }
}
