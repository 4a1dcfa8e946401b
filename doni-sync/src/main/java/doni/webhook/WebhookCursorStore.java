package doni.webhook;

import doni.event.EventPosition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * How far each webhook is, for all replicas. The one that sends holds it for a minute at a time;
 * whoever has lost that moves nothing on, so an event may be told twice, and never not at all.
 *
 * <p>While replicas with an old and a new URL run side by side, the new one alone counts: what is
 * told to the old URL, or refused by it, says nothing about the new one.
 */
final class WebhookCursorStore {

  private static final String MINE =
      " where name = :name and target = :target and holder = :holder";

  private final JdbcClient jdbc;
  private final UUID holder = UUID.randomUUID();

  WebhookCursorStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Where a webhook stands.
   *
   * @param failures in a row
   */
  record Cursor(EventPosition position, int failures) {}

  /**
   * A new webhook begins at that position; one that was stopped goes on when its URL is another.
   */
  void register(Webhook webhook, EventPosition begin) {
    jdbc.sql(
            """
            insert into webhook (name, target, tx, event_id) values (:name, :target, :tx, :id)
            on conflict (name) do update set target = excluded.target, state = 'ACTIVE', failures = 0, reason = null,
              refused_since = null, next_attempt_at = now(), holder = null, held_until = null
            where webhook.target <> excluded.target
            """)
        .param("name", webhook.name())
        .param("target", target(webhook))
        .param("tx", begin.tx())
        .param("id", begin.id())
        .update();
  }

  /** Takes a webhook to send for it; empty when it is another's turn, not yet time, or stopped. */
  Optional<Cursor> hold(Webhook webhook) {
    return mine(
            webhook,
            """
            update webhook set holder = :holder, held_until = now() + interval '1 minute'
            where name = :name and target = :target and state = 'ACTIVE' and next_attempt_at <= now()
              and (holder is null or holder = :holder or held_until < now())
            returning tx, event_id, failures
            """)
        .query((row, _) ->
            new Cursor(
                new EventPosition(row.getLong("tx"), row.getLong("event_id")),
                row.getInt("failures")))
        .optional();
  }

  /** Goes on to a position; false when another replica sends by now. */
  boolean advance(Webhook webhook, EventPosition position) {
    return mine(
                webhook,
                "update webhook set tx = :tx, event_id = :id, failures = 0, reason = null,"
                    + " refused_since = null, last_success_at = now(),"
                    + " held_until = now() + interval '1 minute'"
                    + MINE)
            .param("tx", position.tx())
            .param("id", position.id())
            .update()
        > 0;
  }

  /**
   * Lets others try again after that time.
   *
   * @param refused whether the receiver refused this very event
   */
  void fail(Webhook webhook, String reason, Duration wait, boolean refused) {
    mine(
            webhook,
            "update webhook set failures = failures + 1, reason = :reason,"
                + " refused_since = case when :refused then coalesce(refused_since, now()) end,"
                + " next_attempt_at = now() + :millis * interval '1 millisecond',"
                + " holder = null, held_until = null"
                + MINE)
        .param("reason", reason)
        .param("refused", refused)
        .param("millis", wait.toMillis())
        .update();
  }

  /** For how long the receiver has been refusing the event that is next. */
  Duration refusedFor(Webhook webhook) {
    return mine(
            webhook,
            "select coalesce(extract(epoch from now() - refused_since), 0)::bigint from webhook"
                + MINE)
        .query((row, _) -> Duration.ofSeconds(row.getLong(1)))
        .optional()
        .orElse(Duration.ZERO);
  }

  void stop(Webhook webhook, String reason) {
    mine(
            webhook,
            "update webhook set state = 'STOPPED', failures = failures + 1, reason = :reason,"
                + " holder = null, held_until = null"
                + MINE)
        .param("reason", reason)
        .update();
  }

  /** Another replica may send at once. */
  void release(Webhook webhook) {
    mine(webhook, "update webhook set holder = null, held_until = null" + MINE).update();
  }

  private StatementSpec mine(Webhook webhook, String sql) {
    return jdbc.sql(sql)
        .param("name", webhook.name())
        .param("target", target(webhook))
        .param("holder", holder);
  }

  /** How old the oldest event is that was not told, in seconds; zero where there is none. */
  double lag(Webhook webhook) {
    return jdbc.sql(
            """
            select extract(epoch from now() - e.at)::float8 from webhook w cross join lateral (
              select at from event where (tx, id) > (w.tx::text::xid8, w.event_id) order by tx, id limit 1) e
            where w.name = ?
            """)
        .param(webhook.name())
        .query((row, _) -> Math.max(0, row.getDouble(1)))
        .optional()
        .orElse(0.0);
  }

  boolean isStopped(Webhook webhook) {
    return jdbc.sql("select count(*) from webhook where name = ? and state = 'STOPPED'")
            .param(webhook.name())
            .query(Long.class)
            .single()
        > 0;
  }

  private static byte[] target(Webhook webhook) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(webhook.url().toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
